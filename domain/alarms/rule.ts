import type { Label } from "../boiler.ts";
import type { TableQuantity } from "../limits.ts";
import type { Priority } from "./alarm.ts";
import type { ConditionSettings } from "./condition.ts";

/** When to raise an alarm, how urgent it is, and what to do then. Without a written response there is no rule. */
export type AlarmRule = {
  readonly id: string;
  readonly priority: Priority;
  readonly title: Label;
  /** Steps for the person in front of the boiler, in order. */
  readonly response: readonly Label[];
  readonly consequence: Label;
} & ConditionSettings &
  (
    | { readonly watches: "limit-table"; readonly quantity: TableQuantity; readonly deadband: number }
    | { readonly watches: "gateway-silence"; readonly silentAfterMs: number }
  );
