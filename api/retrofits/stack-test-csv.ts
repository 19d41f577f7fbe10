import { parse } from "csv-parse/sync";
import { Compile } from "typebox/compile";
import { StackTestText } from "../../contracts/http/retrofits.ts";
import { messageOf, OperationalError } from "../../platform/errors.ts";

const ofTest = ["when", "date", "fuelId", "certificate", "referenceO2Percent"] as const;
const ofHead = [
  "wetFlowNm3PerMin",
  "dryFlowTotalNm3PerMin",
  "moisturePercent",
  "gasTempC",
  "velocityMPerS",
  "fuelRatePerH",
] as const;
const ofRow = [
  "pollutant",
  "o2DryPercent",
  "co2DryPercent",
  "dryFlowNm3PerMin",
  "correctedFlowNm3PerMin",
  "measured",
  "corrected",
  "massRateKgPerH",
  "headerMeasured",
] as const;
const mustStand = [
  "when",
  "date",
  "fuelId",
  "certificate",
  "referenceO2Percent",
  "pollutant",
  "o2DryPercent",
  "dryFlowNm3PerMin",
  "measured",
];
const check = Compile(StackTestText);

/** The heading of such a file; a column that a certificate does not have stays empty. */
export const stackTestColumns: readonly string[] = [...ofTest, ...ofRow, ...ofHead];

/**
 * Stack tests from a CSV file: a line for each pollutant, lines of one certificate together. Numbers stay as they are
 * printed, since their last digit says how far they can be held to.
 * @throws OperationalError `csv-invalid`, naming the line and the column
 */
export function stackTestsFromCsv(text: string): readonly StackTestText[] {
  let lines: readonly Readonly<Record<string, string>>[];
  try {
    lines = parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true }) as Record<
      string,
      string
    >[];
  } catch (error) {
    throw new OperationalError("csv-invalid", `The file is no CSV: ${messageOf(error)}`);
  }
  const [first] = lines;
  if (first === undefined)
    throw new OperationalError(
      "csv-invalid",
      `The file has no lines; its heading is ${stackTestColumns.join(",")}`,
    );
  const absent = mustStand.filter((name) => !(name in first));
  if (absent.length > 0)
    throw new OperationalError(
      "csv-invalid",
      `The columns ${absent.join(", ")} are missing; the heading is ${stackTestColumns.join(",")}`,
    );
  const tests = new Map<string, Record<string, unknown> & { rows: Record<string, unknown>[] }>();
  for (const [k, line] of lines.entries()) {
    for (const name of mustStand)
      if ((line[name] ?? "") === "")
        throw new OperationalError("csv-invalid", `Line ${k + 2}: ${name} is empty`);
    const given = (name: string) => ((line[name] ?? "") === "" ? null : line[name]);
    const key = ofTest.map((name) => line[name]).join("\u0000");
    const test = tests.get(key) ?? {
      ...Object.fromEntries(ofTest.map((name) => [name, line[name]])),
      referenceO2Percent: Number(line["referenceO2Percent"]),
      rows: [],
      ...Object.fromEntries(
        ofHead.map((name) => [name === "dryFlowTotalNm3PerMin" ? "dryFlowNm3PerMin" : name, given(name)]),
      ),
    };
    test.rows.push(Object.fromEntries(ofRow.map((name) => [name, given(name)])));
    tests.set(key, test);
    if (!check.Check(test)) {
      const [fault] = check.Errors(test);
      const where = fault?.instancePath.replaceAll("/", " ").trim() ?? "";
      throw new OperationalError(
        "csv-invalid",
        `Line ${k + 2}: ${where} ${fault?.message ?? "is not understood"}`,
      );
    }
  }
  return [...tests.values()] as unknown as readonly StackTestText[];
}
