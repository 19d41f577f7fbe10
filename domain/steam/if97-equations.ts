// Equations of IAPWS-IF97 (Revised Release R7-97, 2012) with the coefficients of its Tables 2, 10, 11 and 34 as printed,
// each behind the exponent that its derivative brings down. They are written out, since sums over tables take ten times
// as long; whole powers are made by multiplication.

/**
 * ∂γ/∂τ of liquid, at p = 7.1 − π and t = τ − 1.222.
 * @source IAPWS-IF97, region 1, Table 2
 */
export function liquidGammaTau(p: number, t: number): number {
  const p2 = p * p;
  const p3 = p2 * p;
  const p4 = p3 * p;
  const p5 = p4 * p;
  const p8 = p5 * p3;
  const p13 = p8 * p5;
  const p21 = p8 * p13;
  const p23 = p21 * p2;
  const p29 = p21 * p8;
  const p30 = p29 * p;
  const p31 = p30 * p;
  const p32 = p31 * p;
  const t2 = t * t;
  const t3 = t2 * t;
  const t4 = t3 * t;
  const t5 = t4 * t;
  const t9 = t5 * t4;
  const t8 = t5 * t3;
  const t16 = t8 * t8;
  const u = 1 / t;
  const u2 = u * u;
  const u3 = u2 * u;
  const u4 = u3 * u;
  const u5 = u4 * u;
  const u6 = u5 * u;
  const u7 = u6 * u;
  const u8 = u7 * u;
  const u9 = u8 * u;
  const u10 = u9 * u;
  const u12 = u10 * u2;
  const u15 = u12 * u3;
  const u30 = u15 * u15;
  const u32 = u30 * u2;
  const u39 = u32 * u7;
  const u40 = u39 * u;
  const u41 = u40 * u;
  const u42 = u41 * u;
  return (
    -2 * 0.14632971213167 * u3 +
    -1 * -0.84548187169114 * u2 +
    3.3855169168385 +
    2 * -0.95791963387872 * t +
    3 * 0.15772038513228 * t2 +
    4 * -0.016616417199501 * t3 +
    5 * 0.81214629983568e-3 * t4 +
    p *
      (-9 * 0.28319080123804e-3 * u10 +
        -7 * -0.60706301565874e-3 * u8 +
        -1 * -0.018990068218419 * u2 +
        -0.021841717175414 +
        3 * -0.5283835796993e-4 * t2) +
    p2 *
      (-3 * -0.47184321073267e-3 * u4 +
        0.47661393906987e-4 +
        3 * -0.44141845330846e-5 * t2 +
        17 * -0.72694996297594e-15 * t16) +
    p3 * (-4 * -0.31679644845054e-4 * u5 + 6 * -0.85205128120103e-9 * t5) +
    p4 * (-5 * -0.22425281908e-5 * u6 + -2 * -0.65171222895601e-6 * u3 + 10 * -0.14341729937924e-12 * t9) +
    p5 * (-8 * -0.40516996860117e-6 * u9) +
    p8 * (-11 * -0.12734301741641e-8 * u12 + -6 * -0.17424871230634e-9 * u7) +
    p21 * (-29 * -0.68762131295531e-18 * u30) +
    p23 * (-31 * 0.14478307828521e-19 * u32) +
    p29 * (-38 * 0.26335781662795e-22 * u39) +
    p30 * (-39 * -0.11947622640071e-22 * u40) +
    p31 * (-40 * 0.18228094581404e-23 * u41) +
    p32 * (-41 * -0.93537087292458e-25 * u42)
  );
}

/**
 * ∂γ/∂π of liquid, at p = 7.1 − π and t = τ − 1.222.
 * @source IAPWS-IF97, region 1, Table 2
 */
export function liquidGammaPi(p: number, t: number): number {
  const p2 = p * p;
  const p3 = p2 * p;
  const p4 = p3 * p;
  const p7 = p4 * p3;
  const p10 = p7 * p3;
  const p20 = p10 * p10;
  const p22 = p20 * p2;
  const p14 = p10 * p4;
  const p28 = p14 * p14;
  const p29 = p28 * p;
  const p30 = p29 * p;
  const p31 = p30 * p;
  const t2 = t * t;
  const t3 = t * t2;
  const t6 = t3 * t3;
  const t5 = t3 * t2;
  const t10 = t5 * t5;
  const t7 = t6 * t;
  const t17 = t10 * t7;
  const u = 1 / t;
  const u2 = u * u;
  const u3 = u2 * u;
  const u4 = u3 * u;
  const u5 = u4 * u;
  const u6 = u5 * u;
  const u7 = u6 * u;
  const u8 = u7 * u;
  const u9 = u8 * u;
  const u11 = u9 * u2;
  const u18 = u11 * u7;
  const u29 = u11 * u18;
  const u31 = u29 * u2;
  const u38 = u31 * u7;
  const u39 = u38 * u;
  const u40 = u39 * u;
  const u41 = u40 * u;
  return (
    -1 * 0.28319080123804e-3 * u9 +
    -1 * -0.60706301565874e-3 * u7 +
    -1 * -0.018990068218419 * u +
    -1 * -0.032529748770505 +
    -1 * -0.021841717175414 * t +
    -1 * -0.5283835796993e-4 * t3 +
    p *
      (-2 * -0.47184321073267e-3 * u3 +
        -2 * -0.30001780793026e-3 +
        -2 * 0.47661393906987e-4 * t +
        -2 * -0.44141845330846e-5 * t3 +
        -2 * -0.72694996297594e-15 * t17) +
    p2 * (-3 * -0.31679644845054e-4 * u4 + -3 * -0.28270797985312e-5 + -3 * -0.85205128120103e-9 * t6) +
    p3 * (-4 * -0.22425281908e-5 * u5 + -4 * -0.65171222895601e-6 * u2 + -4 * -0.14341729937924e-12 * t10) +
    p4 * (-5 * -0.40516996860117e-6 * u8) +
    p7 * (-8 * -0.12734301741641e-8 * u11 + -8 * -0.17424871230634e-9 * u6) +
    p20 * (-21 * -0.68762131295531e-18 * u29) +
    p22 * (-23 * 0.14478307828521e-19 * u31) +
    p28 * (-29 * 0.26335781662795e-22 * u38) +
    p29 * (-30 * -0.11947622640071e-22 * u39) +
    p30 * (-31 * 0.18228094581404e-23 * u40) +
    p31 * (-32 * -0.93537087292458e-25 * u41)
  );
}

/**
 * ∂γ⁰/∂τ of steam, ideal-gas part, at t = τ.
 * @source IAPWS-IF97, region 2, Table 10
 */
export function idealGammaTau(t: number): number {
  const t2 = t * t;
  const u = 1 / t;
  const u2 = u * u;
  const u3 = u2 * u;
  const u4 = u3 * u;
  const u5 = u4 * u;
  const u6 = u5 * u;
  return (
    10.086655968018 +
    -5 * -0.005608791128302 * u6 +
    -4 * 0.071452738081455 * u5 +
    -3 * -0.40710498223928 * u4 +
    -2 * 1.4240819171444 * u3 +
    -1 * -4.383951131945 * u2 +
    2 * -0.28408632460772 * t +
    3 * 0.021268463753307 * t2
  );
}

/**
 * ∂γʳ/∂τ of steam, residual part, at p = π and t = τ − 0.5.
 * @source IAPWS-IF97, region 2, Table 11
 */
export function residualGammaTau(p: number, t: number): number {
  const p2 = p * p;
  const p3 = p2 * p;
  const p4 = p3 * p;
  const p5 = p4 * p;
  const p6 = p5 * p;
  const p7 = p6 * p;
  const p8 = p7 * p;
  const p9 = p8 * p;
  const p10 = p9 * p;
  const p16 = p10 * p6;
  const p18 = p16 * p2;
  const p20 = p18 * p2;
  const p21 = p20 * p;
  const p22 = p21 * p;
  const p23 = p22 * p;
  const p24 = p23 * p;
  const t2 = t * t;
  const t3 = t2 * t;
  const t5 = t3 * t2;
  const t6 = t5 * t;
  const t7 = t6 * t;
  const t9 = t7 * t2;
  const t10 = t9 * t;
  const t12 = t10 * t2;
  const t13 = t12 * t;
  const t15 = t13 * t2;
  const t19 = t13 * t6;
  const t20 = t19 * t;
  const t24 = t19 * t5;
  const t25 = t24 * t;
  const t28 = t25 * t3;
  const t34 = t28 * t6;
  const t35 = t34 * t;
  const t38 = t35 * t3;
  const t39 = t38 * t;
  const t47 = t38 * t9;
  const t49 = t47 * t2;
  const t52 = t49 * t3;
  const t56 = t49 * t7;
  const t57 = t56 * t;
  return (
    p *
      (-0.17834862292358e-1 +
        2 * -0.45996013696365e-1 * t +
        3 * -0.57581259083432e-1 * t2 +
        6 * -0.5032527872793e-1 * t5) +
    p2 *
      (-0.33032641670203e-4 +
        2 * -0.18948987516315e-3 * t +
        4 * -0.39392777243355e-2 * t3 +
        7 * -0.43797295650573e-1 * t6 +
        36 * -0.26674547914087e-4 * t35) +
    p3 *
      (0.43870667284435e-6 +
        3 * -0.3227767723857e-4 * t2 +
        6 * -0.15033924542148e-2 * t5 +
        35 * -0.40668253562649e-1 * t34) +
    p4 * (-0.78847309559367e-9 + 2 * 0.12790717852285e-7 * t + 3 * 0.48225372718507e-6 * t2) +
    p5 * (7 * 0.22922076337661e-5 * t6) +
    p6 * (3 * -0.16714766451061e-10 * t2 + 16 * -0.21171472321355e-2 * t15 + 35 * -23.895741934104 * t34) +
    p7 * (11 * -0.12621808899101e-5 * t10 + 25 * -0.38946842435739e-1 * t24) +
    p8 * (8 * 0.11256211360459e-10 * t7 + 36 * -8.2311340897998 * t35) +
    p9 * (13 * 0.19809712802088e-7 * t12) +
    p10 *
      (4 * 0.10406965210174e-18 * t3 + 10 * -0.10234747095929e-12 * t9 + 14 * -0.10018179379511e-8 * t13) +
    p16 * (29 * -0.80882908646985e-10 * t28 + 50 * 0.10693031879409 * t49) +
    p18 * (57 * -0.33662250574171 * t56) +
    p20 *
      (20 * 0.89185845355421e-24 * t19 + 35 * 0.30629316876232e-12 * t34 + 48 * -0.42002467698208e-5 * t47) +
    p21 * (21 * -0.59056029685639e-25 * t20) +
    p22 * (53 * 0.37826947613457e-5 * t52) +
    p23 * (39 * -0.12768608934681e-14 * t38) +
    p24 * (26 * 0.73087610595061e-28 * t25 + 40 * 0.55414715350778e-16 * t39 + 58 * -0.9436970724121e-6 * t57)
  );
}

/** Region 4 (saturation), Table 34: n₁ to n₁₀. */
export const region4 = [
  0.11670521452767e4, -0.72421316703206e6, -0.17073846940092e2, 0.1202082470247e5, -0.32325550322333e7,
  0.1491510861353e2, -0.48232657361591e4, 0.40511340542057e6, -0.23855557567849, 0.65017534844798e3,
] as const;
