/** What can be done to a boiler so that it takes less. */
export const measureKinds = [
  "fuel-switch",
  "burner",
  "oxygen-trim",
  "heat-recovery",
  "insulation",
  "auxiliaries",
  "other",
] as const;
