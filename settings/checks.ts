import { importedBy } from "../contracts/batch.ts";
import type { DeviceMapFile } from "../contracts/device-map.ts";
import type { RuleKind } from "../contracts/rules.ts";
import { type Point, points } from "../domain/points.ts";
import { conversion, unitsInto } from "../domain/units.ts";
import { endpointOf, lineFault } from "../gateway/config.ts";
import { isLoopback } from "../platform/loopback.ts";
import { mqttFaults, serverUser } from "../platform/mqtt/config.ts";
import type { Fault, YamlFile } from "../platform/yaml-file.ts";
import { built, fuelShareFaults, serverFault } from "../simulators/config.ts";
import type { Config } from "./config.ts";
import { newestFuels } from "./newest-fuels.ts";
import { notificationFaults } from "./notification-checks.ts";
import { registerFaults } from "./register-checks.ts";
import { airRatioLimitFault, type Rules } from "./rules.ts";
import { thirdPartyFaults } from "./third-party-checks.ts";

type Path = readonly (string | number)[];
type Maps = ReadonlyMap<
  string,
  { readonly map: DeviceMapFile; readonly fault: (path: (string | number)[], message: string) => Fault }
>;

/** What a site picks of the rule files, and of which kind each is. */
const rulesOfSite = {
  dewFloors: "dew-floors",
  surfaceLoss: "surface-loss",
  plausibility: "plausibility",
  savingHints: "saving-hints",
  abatementCosts: "abatement-costs",
  wallTemperature: "wall-temperature",
  warmingPotentials: "warming-potentials",
} as const;

/** Endings by which a name says its unit. */
const unitEndings =
  /(Percent|TempC|C|K|Ppm|MgPerNm3|KgPerH|Nm3PerH|M3PerH|LPerH|BarG|KPa|Pa|Kw|Kwh|MjPerH|Hz|V|A|Mm|Count|Hours|Ratio|State)$/;

/** What no schema can see: names that lead nowhere, things said twice, and parts that contradict each other. */
export function configFaults(
  file: YamlFile<Config>,
  rules: Rules,
  maps: Maps,
  /** A device map could not be read: that a name of one is not known says nothing then. */
  mapsIncomplete: boolean,
  secretFault: (name: string) => string | null,
): readonly Fault[] {
  const { value: config } = file;
  const faults: Fault[] = [];
  const wrong = (path: Path, message: string) => faults.push(file.fault(path, message));
  const known = (path: Path, what: string, id: string, ids: Iterable<string>) => {
    const all = [...ids];
    if (!all.includes(id))
      wrong(path, `is "${id}", which is no ${what}; known are ${all.join(", ") || "none"}`);
  };
  const knownRule = (path: Path, what: string, kind: RuleKind, id: string, ids: Iterable<string>) => {
    if (!rules.incomplete.has(kind)) known(path, what, id, ids);
  };
  const knownMap = (path: Path, id: string) => {
    if (!mapsIncomplete) known(path, "device map", id, maps.keys());
  };
  const once = (seen: Set<string>, path: Path, what: string, id: string) => {
    if (seen.has(id)) wrong(path, `is "${id}", which another ${what} has already`);
    seen.add(id);
  };

  for (const { key, message } of mqttFaults(config.mqtt)) wrong(["mqtt", key], message);
  thirdPartyFaults(config, wrong);
  const { host, tls, oidc } = config.api;
  if (!isLoopback(host) && tls === undefined)
    wrong(
      ["api", "host"],
      `is "${host}"; others than 127.0.0.1, localhost and ::1 need api.tls with certificateFile and keyFile`,
    );
  if (oidc !== undefined) {
    for (const key of ["issuer", "publicUrl"] as const) {
      const url = URL.canParse(oidc[key]) ? new URL(oidc[key]) : null;
      if (url === null) wrong(["api", "oidc", key], "is no address");
      else if (url.protocol !== "https:" && !isLoopback(url.hostname))
        wrong(["api", "oidc", key], "must be https:// unless it is this machine");
    }
    const fault = secretFault(oidc.clientSecretFile);
    if (fault !== null) wrong(["api", "oidc", "clientSecretFile"], fault);
  }

  for (const [name, { range }] of Object.entries(config.points)) {
    if (Object.hasOwn(points, name))
      wrong(["points", name], "is a point that Fluewatch knows already; leave it out");
    else if (!unitEndings.test(name))
      wrong(["points", name], "must end in its unit, like ...Percent, ...TempC, ...KgPerH, ...Count");
    if (range[0] >= range[1])
      wrong(["points", name, "range"], "must go from the lowest to the highest value");
  }

  for (const { point, fault } of rules.alarmPoints) {
    if (!Object.hasOwn(points, point) && !Object.hasOwn(config.points, point))
      faults.push(fault(`is "${point}", which is no point; add it under points: in the configuration`));
  }

  const siteOfBoiler = new Map<string, string>();
  const siteIds = new Set<string>();
  const boilerIds = new Set<string>();
  for (const [s, site] of config.sites.entries()) {
    once(siteIds, ["sites", s, "id"], "site", site.id);
    if (!isTimeZone(site.timeZone))
      wrong(["sites", s, "timeZone"], `is "${site.timeZone}"; it must be a name like Asia/Taipei`);
    if (site.steady.windowSeconds < 2 * site.steady.stepSeconds) {
      wrong(
        ["sites", s, "steady", "windowSeconds"],
        `is ${site.steady.windowSeconds}; it must hold at least two steps of ${site.steady.stepSeconds} s`,
      );
    }
    for (const ruleId of Object.keys(site.alarms)) {
      knownRule(["sites", s, "alarms", ruleId], "alarm rule", "alarm-rules", ruleId, rules.alarmRules.keys());
    }
    for (const [name, kind] of Object.entries(rulesOfSite)) {
      const ids = rules.files[kind].map(({ id }) => id);
      knownRule(
        ["sites", s, "rules", name],
        `file of ${kind}`,
        kind,
        site.rules[name as keyof typeof rulesOfSite],
        ids,
      );
    }
    knownRule(["sites", s, "rules", "switchTo"], "fuel", "fuels", site.rules.switchTo, rules.fuels.keys());
    const priced = new Set<string>();
    for (const [p, { fuel, validFrom }] of site.prices.entries()) {
      knownRule(["sites", s, "prices", p, "fuel"], "fuel", "fuels", fuel, rules.fuels.keys());
      once(priced, ["sites", s, "prices", p, "validFrom"], `price of ${fuel}`, `${fuel} from ${validFrom}`);
    }
    for (const [b, boiler] of site.boilers.entries()) {
      const at: Path = ["sites", s, "boilers", b];
      const rising = (key: "tunedO2" | "thermalOil", what: string, values: readonly number[]) => {
        if (values.some((value, index) => index > 0 && value <= (values[index - 1] ?? value)))
          wrong([...at, key], `must rise in ${what}, from one line to the next`);
      };
      rising(
        "tunedO2",
        "loadPercent",
        boiler.tunedO2.map(({ loadPercent }) => loadPercent),
      );
      rising(
        "thermalOil",
        "tempC",
        boiler.thermalOil.map(({ tempC }) => tempC),
      );
      if (boiler.boundFrom !== undefined && boiler.standing === "new")
        wrong(
          [...at, "boundFrom"],
          "is for existing boilers; a new one is bound from the standard's date on",
        );
      const ownAirRatio = boiler.ownLimits?.airRatio;
      const ownFault = ownAirRatio === undefined ? null : airRatioLimitFault(ownAirRatio);
      if (ownFault !== null) wrong([...at, "ownLimits", "airRatio"], ownFault);
      once(boilerIds, [...at, "id"], "boiler", boiler.id);
      siteOfBoiler.set(boiler.id, site.id);
      for (const [f, fuel] of boiler.fuels.entries())
        knownRule([...at, "fuels", f], "fuel", "fuels", fuel, rules.fuels.keys());
      const burnsCoal = boiler.fuels.some((fuel) =>
        rules.fuels.get(fuel)?.some((edition) => edition.fuel.fuelClass === "coal"),
      );
      if (burnsCoal && boiler.coalFiring === undefined)
        wrong([...at, "fuels"], "has coal, so coalFiring must be given: fixed-bed or fluidised-bed");
      knownRule(
        [...at, "limits"],
        "set of limit tables",
        "limit-tables",
        boiler.limits,
        new Set(rules.limitTables.map(({ id }) => id)),
      );
      knownRule(
        [...at, "emissionStandard"],
        "emission standard",
        "emission-standard",
        boiler.emissionStandard,
        new Set(rules.emissionStandards.map(({ id }) => id)),
      );
    }
  }

  const gatewayIds = new Set<string>();
  const gatewayOfBoiler = new Map<string, string>();
  for (const [g, gateway] of config.gateways.entries()) {
    const at: Path = ["gateways", g];
    once(gatewayIds, [...at, "id"], "gateway", gateway.id);
    if (gateway.id === "live") wrong([...at, "id"], 'is "live", a word that topics use for something else');
    if (gateway.id === importedBy) wrong([...at, "id"], `is "${importedBy}", which marks what was imported`);
    if (gateway.id === serverUser)
      wrong([...at, "id"], `is "${serverUser}", as whom the server itself comes to the broker`);
    known([...at, "site"], "site", gateway.site, siteIds);
    const lineIds = new Set<string>();
    const endpoints = new Map<string, string>();
    for (const [l, line] of gateway.lines.entries()) {
      const here: Path = [...at, "lines", l];
      once(lineIds, [...here, "id"], "line", line.id);
      const fault = lineFault(line);
      if (fault !== null) wrong([...here, fault.key], fault.message);
      const other = endpoints.get(endpointOf(line));
      if (other !== undefined)
        wrong([...here, "id"], `ends at ${endpointOf(line)}, as ${other} does; give its devices that line`);
      endpoints.set(endpointOf(line), line.id);
    }
    for (const point of Object.keys(gateway.reportByException?.points ?? {})) {
      if (!Object.hasOwn(points, point) && !Object.hasOwn(config.points, point))
        wrong([...at, "reportByException", "points", point], "is no point; add it under points:");
    }
    for (const [b, boiler] of (gateway.reportByException?.boilers ?? []).entries()) {
      const own = gateway.devices.map((device) => device.boiler);
      known([...at, "reportByException", "boilers", b], "boiler of this gateway", boiler, own);
    }
    const deviceIds = new Set<string>();
    const giver = new Map<string, string>();
    const promptBoilers = new Set<string>();
    for (const [d, device] of gateway.devices.entries()) {
      const here: Path = [...at, "devices", d];
      once(deviceIds, [...here, "id"], "device of this gateway", device.id);
      known([...here, "line"], "line of this gateway", device.line, lineIds);
      knownMap([...here, "map"], device.map);
      known([...here, "boiler"], "boiler", device.boiler, siteOfBoiler.keys());
      const site = siteOfBoiler.get(device.boiler);
      if (site !== undefined && site !== gateway.site)
        wrong([...here, "boiler"], `is a boiler of ${site}; this gateway stands at ${gateway.site}`);
      const other = gatewayOfBoiler.get(device.boiler);
      if (other !== undefined && other !== gateway.id)
        wrong([...here, "boiler"], `is read by gateway ${other} already; a boiler belongs to one gateway`);
      gatewayOfBoiler.set(device.boiler, gateway.id);
      const deviceMs = device.scanMs ?? gateway.scanMs;
      if (deviceMs % gateway.scanMs !== 0)
        wrong(
          [...here, "scanMs"],
          `is ${deviceMs}; it must be a multiple of the gateway's ${gateway.scanMs}`,
        );
      for (const { point, scanMs = deviceMs } of maps.get(device.map)?.map.registers ?? []) {
        if (scanMs % gateway.scanMs !== 0)
          wrong(
            [...here, "map"],
            `reads ${point} every ${scanMs} ms, no multiple of the gateway's ${gateway.scanMs}`,
          );
        if (Math.max(scanMs, deviceMs) === gateway.scanMs) promptBoilers.add(device.boiler);
        const key = `${device.boiler}/${point}`;
        const before = giver.get(key);
        if (before !== undefined)
          wrong([...here, "map"], `gives ${point} of ${device.boiler}, which ${before} gives already`);
        giver.set(key, device.id);
      }
    }
    for (const [d, { boiler }] of gateway.devices.entries()) {
      const isFirst = gateway.devices.findIndex((other) => other.boiler === boiler) === d;
      if (isFirst && maps.has(gateway.devices[d]?.map ?? "") && !promptBoilers.has(boiler))
        wrong(
          [...at, "devices", d, "scanMs"],
          `leaves nothing of ${boiler} to every scan; make the gateway's longer`,
        );
    }
  }

  const simulated = config.simulators.boilers.map(({ id }) => id);
  const editions = newestFuels(rules);
  const simulatedIds = new Set<string>();
  for (const [b, boiler] of config.simulators.boilers.entries()) {
    const at: Path = ["simulators", "boilers", b];
    once(simulatedIds, [...at, "id"], "simulated boiler", boiler.id);
    const outcome = built(boiler, editions);
    if (!outcome.ok && !rules.incomplete.has("fuels"))
      for (const { key, message } of outcome.faults) wrong([...at, key], message);
    const knownPoints: Readonly<Record<string, Point>> = points;
    for (const [point, { range, counts }] of Object.entries(boiler.instruments)) {
      const isMeasured = knownPoints[point] !== undefined && knownPoints[point].from !== "formula";
      if (!isMeasured && (counts === undefined || config.points[point] === undefined))
        wrong([...at, "instruments", point], "is no point that an instrument measures");
      if (counts !== undefined && knownPoints[counts]?.unit.endsWith("/h") !== true)
        wrong([...at, "instruments", point, "counts"], `is "${counts}", which is no flow per hour`);
      if (range !== undefined && range[0] >= range[1])
        wrong([...at, "instruments", point, "range"], "must go from the lowest to the highest value");
    }
    for (const [c, change] of boiler.schedule.entries()) {
      for (const fault of fuelShareFaults(change.set, boiler.fuels))
        wrong([...at, "schedule", c, "set", "fuelShares"], fault);
    }
  }
  for (const [s, server] of config.simulators.servers.entries()) {
    const nowhere = serverFault(server);
    if (nowhere !== null) wrong(["simulators", "servers", s], nowhere);
    const unitIds = new Set<string>();
    for (const [u, unit] of server.units.entries()) {
      const at: Path = ["simulators", "servers", s, "units", u];
      once(unitIds, [...at, "unitId"], "unit of this server", String(unit.unitId));
      knownMap([...at, "map"], unit.map);
      if ((unit.boiler === undefined) === (unit.replay === undefined))
        wrong(at, "needs exactly one of boiler and replay");
      if (unit.boiler !== undefined) known([...at, "boiler"], "simulated boiler", unit.boiler, simulated);
    }
  }

  for (const { map, fault } of maps.values()) {
    for (const [r, register] of map.registers.entries()) {
      const at = ["registers", r];
      const point =
        (points as Readonly<Record<string, { readonly unit: string }>>)[register.point] ??
        config.points[register.point];
      if (register.type === "string") {
        if (point !== undefined)
          faults.push(fault([...at, "point"], "is a number's; text needs another name"));
      } else if (point === undefined) {
        // A map of a device that nobody uses may name points of another configuration.
        if (isUsed(config, map.id)) {
          faults.push(
            fault(
              [...at, "point"],
              `is "${register.point}", which is no point; add it under points: in the configuration`,
            ),
          );
        }
      } else if (register.unit !== undefined && conversion(register.unit, point.unit) === null) {
        faults.push(
          fault(
            [...at, "unit"],
            `is "${register.unit}", which cannot become "${point.unit}"; known are ${unitsInto(point.unit).join(", ")}`,
          ),
        );
      }
      for (const { key, message } of registerFaults(register, map.addressBase))
        faults.push(fault([...at, key], message));
    }
  }
  const { rawDays, minuteDays, hourDays } = config.telemetry.keep;
  if (minuteDays < rawDays)
    wrong(["telemetry", "keep", "minuteDays"], `must not be less than rawDays, ${rawDays}`);
  if (hourDays < minuteDays)
    wrong(["telemetry", "keep", "hourDays"], `must not be less than minuteDays, ${minuteDays}`);
  telemetryFaults(config.telemetry, secretFault, wrong);
  recordsFaults(config.records, secretFault, wrong);
  notificationFaults(config, isTimeZone, secretFault, wrong);
  return faults;
}

function telemetryFaults(
  { store, influx1, influx2 }: Config["telemetry"],
  secretFault: (name: string) => string | null,
  wrong: (path: Path, message: string) => void,
): void {
  if (store === "influx1" && influx1 === undefined)
    wrong(["telemetry", "store"], "is influx1, so influx1: with host, port and database must be given");
  if (store === "influx2" && influx2 === undefined)
    wrong(
      ["telemetry", "store"],
      "is influx2, so influx2: with url, org, bucket and tokenFile must be given",
    );
  if (influx1?.passwordFile !== undefined && influx1.user === undefined)
    wrong(["telemetry", "influx1", "passwordFile"], "is of no use without user");
  const files = [
    { path: ["telemetry", "influx1", "passwordFile"], name: influx1?.passwordFile },
    { path: ["telemetry", "influx2", "tokenFile"], name: influx2?.tokenFile },
  ];
  for (const { path, name } of files) {
    const fault = name === undefined ? null : secretFault(name);
    if (fault !== null) wrong(path, `${name} ${fault}`);
  }
}

function recordsFaults(
  { store, postgres }: Config["records"],
  secretFault: (name: string) => string | null,
  wrong: (path: Path, message: string) => void,
): void {
  if (store === "postgres" && postgres === undefined)
    wrong(["records", "store"], "is postgres, so postgres: with host, database and user must be given");
  if (postgres === undefined) return;
  const { host, passwordFile, caFile } = postgres;
  const fault = passwordFile === undefined ? null : secretFault(passwordFile);
  if (fault !== null) wrong(["records", "postgres", "passwordFile"], `${passwordFile} ${fault}`);
  if (caFile === undefined && !isLoopback(host))
    wrong(["records", "postgres", "host"], `is ${host}, another machine; that needs caFile`);
}

function isUsed(config: Config, mapId: string): boolean {
  return config.gateways.some(({ devices }) => devices.some(({ map }) => map === mapId));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
