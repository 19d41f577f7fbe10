import type { Batch, GatewayStatus } from "../../contracts/batch.ts";

/** What was last heard of a gateway. */
export interface Heard {
  readonly batch: Pick<Batch, "t0" | "b"> | null;
  readonly status: GatewayStatus | null;
}

/** A screen of a gateway's newest values, and of how its units answer. */
export function watchReport(gatewayId: string, { batch, status }: Heard, nowMs: number): readonly string[] {
  const lines = [`gateway ${gatewayId}: ${stateOf(status, nowMs)}`];
  for (const { boiler, points, rows, flaws } of batch?.b ?? []) {
    const row = rows.length - 1;
    const [offsetMs = 0, ...values] = rows[row] ?? [];
    const ageS = (nowMs - (batch?.t0 ?? nowMs) - Number(offsetMs ?? 0)) / 1_000;
    lines.push("", `  ${boiler}, ${ageS.toFixed(1)} s ago`);
    for (const [index, point] of points.entries()) {
      const flaw = flaws.find(([flawedRow, flawed]) => flawedRow === row && flawed === index)?.[2];
      const shown = [values[index] ?? "-", ...(flaw === undefined ? [] : [`(${flaw})`])].join(" ");
      lines.push(`    ${point.padEnd(28)} ${shown}`);
    }
  }
  for (const { id, isUp, units } of status?.lines ?? []) {
    lines.push("", `  line ${id}: ${isUp ? "up" : "down"}`);
    lines.push("    unit state     requests  answers  refused   silent  garbled  skipped  mean ms");
    for (const unit of units) {
      const { requests, answers, exceptions, silences, garbled, skipped } = unit;
      const counts = [requests, answers, exceptions, silences, garbled, skipped];
      lines.push(
        `    ${String(unit.unitId).padStart(4)} ${unit.state.padEnd(9)} ` +
          `${counts.map((count) => String(count).padStart(8)).join(" ")} ${unit.answerMs.toFixed(1).padStart(8)}`,
        ...unit.learned.map((fact) => `         ${fact}`),
      );
    }
  }
  return lines;
}

function stateOf(status: GatewayStatus | null, nowMs: number): string {
  if (status === null) return "not heard yet";
  const ageS = Math.round((nowMs - status.atMs) / 1_000);
  return `${status.online ? "online" : "offline"}, ${status.bufferedBatches ?? 0} batches not delivered, told ${ageS} s ago`;
}
