/** How far an exhaust can be cooled, and why no further. */
export interface RecoveryRoom {
  readonly floorTempC: number;
  readonly floorFrom: "rule" | "acid-dew-point" | "water-dew-point";
  /** 0 when the exhaust is at or below the floor already. */
  readonly coolingK: number;
}

/**
 * Room for heat recovery down to the dew floor: the highest of the rule's floor for this fuel class and of the dew
 * points with their margin, because below any of them metal corrodes.
 * @param ruleFloorTempC practical minimum after recovery, from the rules
 * @param marginK distance of the coldest metal to a dew point, 15 to 20 K
 * @source Guidance 003, dew floors, with a margin of practice
 */
export function recoveryRoom(
  exhaustTempC: number,
  ruleFloorTempC: number,
  acidDewPointC: number | null,
  waterDewPointC: number | null,
  marginK: number,
): RecoveryRoom {
  let floorTempC = ruleFloorTempC;
  let floorFrom: RecoveryRoom["floorFrom"] = "rule";
  if (acidDewPointC !== null && acidDewPointC + marginK > floorTempC) {
    floorTempC = acidDewPointC + marginK;
    floorFrom = "acid-dew-point";
  }
  if (waterDewPointC !== null && waterDewPointC + marginK > floorTempC) {
    floorTempC = waterDewPointC + marginK;
    floorFrom = "water-dew-point";
  }
  return { floorTempC, floorFrom, coolingK: Math.max(0, exhaustTempC - floorTempC) };
}
