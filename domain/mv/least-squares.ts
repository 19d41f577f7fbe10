import { fUpper, tTwoSided } from "./distributions.ts";
import { type Columns, decompose } from "./qr.ts";

/** A fitted model with all that is inferred from it. Arrays go by term, or by observation. */
export interface LeastSquares {
  readonly n: number;
  /** Parameters: the terms, and change points that were searched for. */
  readonly p: number;
  readonly dof: number;
  readonly coefficients: readonly number[];
  readonly standardErrors: readonly number[];
  /** Coefficient over its standard error; infinite where the fit leaves no scatter. */
  readonly t: readonly number[];
  readonly pValues: readonly number[];
  /** How much the other terms blow up a coefficient's variance; `null` for the intercept. */
  readonly vif: readonly (number | null)[];
  readonly fitted: readonly number[];
  /** Measured less model. */
  readonly residuals: readonly number[];
  readonly leverages: readonly number[];
  readonly sse: number;
  /** About the mean. */
  readonly sst: number;
  readonly residualSd: number;
  readonly rSquared: number;
  readonly adjustedRSquared: number;
  readonly f: number;
  readonly fP: number;
  /** (X'X)⁻¹: times the residual variance it is the covariance of the coefficients. */
  readonly unscaledCovariance: readonly (readonly number[])[];
}

export type FitFault =
  /** The term at this place says nothing that the ones before it do not say. */
  | { readonly kind: "dependent"; readonly column: number }
  | { readonly kind: "too-few"; readonly n: number; readonly needed: number };

/**
 * Ordinary least squares by Householder's QR.
 *
 * The first column is the intercept: R² is about the mean, and a line through the origin fakes it. Needs one
 * observation more than there are parameters.
 * @param searched change points that were fitted besides; they count in n − p
 * @source Textbook OLS; held to NIST StRD Norris, Pontius, Longley and Wampler4
 */
export function leastSquares(
  columns: Columns,
  y: Float64Array,
  searched = 0,
): { readonly kind: "fit"; readonly fit: LeastSquares } | FitFault {
  const n = y.length;
  const p = columns.length + searched;
  if (n <= p) return { kind: "too-few", n, needed: p + 1 };
  const qr = decompose(columns);
  if (qr.kind === "dependent") return qr;
  const coefficients = Array.from(qr.solve(y));
  const fitted = Array.from({ length: n }, (_, row) =>
    columns.reduce((sum, column, k) => sum + (column[row] as number) * (coefficients[k] as number), 0),
  );
  const residuals = fitted.map((value, row) => (y[row] as number) - value);
  const sse = residuals.reduce((sum, e) => sum + e * e, 0);
  const mean = y.reduce((sum, value) => sum + value, 0) / n;
  const sst = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const dof = n - p;
  const variance = sse / dof;
  const unscaledCovariance = qr.inverseOfNormal().map((row) => Array.from(row));
  const standardErrors = unscaledCovariance.map((row, k) => Math.sqrt(variance * (row[k] as number)));
  const t = coefficients.map((b, k) => (b === 0 ? 0 : b / (standardErrors[k] as number)));
  const rSquared = sst > 0 ? 1 - sse / sst : 0;
  const slopes = p - 1;
  const f = slopes === 0 || sst === 0 ? 0 : (sst - sse) / slopes / variance;
  return {
    kind: "fit",
    fit: {
      n,
      p,
      dof,
      coefficients,
      standardErrors,
      t,
      pValues: t.map((each) => tTwoSided(each, dof)),
      vif: unscaledCovariance.map((row, k) =>
        k === 0 ? null : (row[k] as number) * scatter(columns[k] as Float64Array),
      ),
      fitted,
      residuals,
      leverages: Array.from(qr.leverages()),
      sse,
      sst,
      residualSd: Math.sqrt(variance),
      rSquared,
      adjustedRSquared: 1 - ((1 - rSquared) * (n - 1)) / dof,
      f,
      fP: slopes === 0 ? 1 : fUpper(f, slopes, dof),
      unscaledCovariance,
    },
  };
}

function scatter(column: Float64Array): number {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** v'·C·v: what the coefficients' uncertainty does to a sum of model values. */
export function quadraticForm(matrix: LeastSquares["unscaledCovariance"], v: readonly number[]): number {
  return matrix.reduce(
    (sum, row, i) => sum + (v[i] as number) * row.reduce((inner, c, j) => inner + c * (v[j] as number), 0),
    0,
  );
}

/**
 * Residuals in units of the scatter that the other observations have: one outlier cannot hide itself.
 * @source Externally studentised residual, e·√((n−p−1) / (SSE·(1−h) − e²))
 * @returns by observation; `null` where an observation alone holds a parameter
 */
export function externallyStudentised({
  residuals,
  leverages,
  sse,
  dof,
}: LeastSquares): readonly (number | null)[] {
  return residuals.map((e, row) => {
    const rest = sse * (1 - (leverages[row] as number)) - e * e;
    return rest > 0 && dof > 1 ? e * Math.sqrt((dof - 1) / rest) : null;
  });
}

/** How far the whole fit moves when one observation is left out. @source Cook's distance */
export function cookDistances({
  residuals,
  leverages,
  sse,
  dof,
  p,
}: LeastSquares): readonly (number | null)[] {
  const variance = sse / dof;
  return residuals.map((e, row) => {
    const h = leverages[row] as number;
    return h < 1 && variance > 0 ? ((e * e) / (p * variance)) * (h / (1 - h) ** 2) : null;
  });
}

/**
 * Largest to smallest spread of the drivers once each is centred and scaled: above 30 they tell one story twice.
 * @param columns without the intercept
 * @source Belsley's scaled condition number, on centred columns; eigenvalues by Jacobi's rotations
 */
export function conditionNumber(columns: Columns): number {
  const units = columns.map((column) => {
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const length = Math.sqrt(scatter(column));
    return column.map((value) => (value - mean) / length);
  });
  const a = units.map((one) =>
    units.map((other) => one.reduce((sum, value, row) => sum + value * (other[row] as number), 0)),
  );
  const at = (i: number, j: number) => (a[i] as number[])[j] as number;
  for (let sweep = 0; sweep < 30; sweep += 1) {
    for (let i = 0; i < a.length; i += 1) {
      for (let j = i + 1; j < a.length; j += 1) {
        if (Math.abs(at(i, j)) < 1e-300) continue;
        const theta = (at(j, j) - at(i, i)) / (2 * at(i, j));
        const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (const row of a) {
          const [left, right] = [row[i] as number, row[j] as number];
          row[i] = cosine * left - sine * right;
          row[j] = sine * left + cosine * right;
        }
        const [upper, lower] = [a[i] as number[], a[j] as number[]];
        for (let k = 0; k < a.length; k += 1) {
          const [left, right] = [upper[k] as number, lower[k] as number];
          upper[k] = cosine * left - sine * right;
          lower[k] = sine * left + cosine * right;
        }
      }
    }
  }
  const eigenvalues = a.map((_, k) => Math.max(at(k, k), 0));
  const least = Math.min(...eigenvalues);
  return least > 0 ? Math.sqrt(Math.max(...eigenvalues) / least) : Number.POSITIVE_INFINITY;
}
