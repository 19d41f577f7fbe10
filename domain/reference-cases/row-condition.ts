import { CaseFault, type DataRow } from "./savings-case.ts";

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "=": (order) => order === 0,
  "==": (order) => order === 0,
};
const clausePattern = /^(\S+)\s*(<=|>=|==|=|<|>)\s*(\S+)(?:\s*(<=|>=|<|>)\s*(\S+))?$/;

/**
 * Which rows a case means: comparisons joined by "and", such as `2015-12-26 <= date < 2016-12-26`.
 * @param columns of the data file; a name may leave off the unit at a column's end
 */
export function rowCondition(text: string, columns: readonly string[]): (row: DataRow) => boolean {
  const clauses = text.split(/\s+and\s+/).map((clause) => {
    const found = clausePattern.exec(clause.trim());
    if (found === null) throw new CaseFault(`"${clause}" is no condition on rows`);
    const [, first = "", one = "", second = "", two, third] = found;
    const pairs = [
      [first, one, second] as const,
      ...(two === undefined ? [] : [[second, two, third ?? ""] as const]),
    ];
    return pairs.map(([left, comparison, right]) => {
      const [valueOfLeft, valueOfRight] = [operand(left, columns), operand(right, columns)];
      const holds = comparisons[comparison] as (order: number) => boolean;
      return (row: DataRow) => {
        const [a, b] = [valueOfLeft(row), valueOfRight(row)];
        return a !== "" && b !== "" && holds(order(a, b));
      };
    });
  });
  return (row) => clauses.every((pairs) => pairs.every((holds) => holds(row)));
}

/** Numbers by size; dates and other texts as they sort. */
function order(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

function operand(text: string, columns: readonly string[]): (row: DataRow) => string {
  if (/^[\d.+-]/.test(text)) return () => text;
  const column = columnNamed(text, columns, null);
  return (row) => row[column] ?? "";
}

/**
 * The column that a case means: its name, or its name with a unit behind.
 * @param unit told beside the name, where one was
 */
export function columnNamed(name: string, columns: readonly string[], unit: string | null): string {
  if (columns.includes(name)) return name;
  const begun = columns.filter((column) => column.startsWith(`${name}_`));
  const ofUnit = begun.filter((column) => unit !== null && column.split("_").includes(unit));
  const [only, another] = ofUnit.length > 0 ? ofUnit : begun;
  if (only === undefined) throw new CaseFault(`there is no ${name}; there are ${columns.join(", ")}`);
  if (another !== undefined) throw new CaseFault(`${name} may be ${only} or ${another}`);
  return only;
}
