import type { JSX } from "solid-js";
import { text } from "../texts/texts.ts";

const config = `sites:
  - id: my-plant
    name: { en: My plant, zh-TW: 我的工廠 }
    place: { en: Tainan, zh-TW: 臺南 }
    boilers:
      - id: b-01
        name: B-01
        capacityTPerH: 4.8
        heatCarrier: steam
        fuels: [natural-gas]
gateways:
  - id: boiler-house
    site: my-plant
    scanMs: 1000
    lines:
      - { id: plc, host: 192.168.1.20, port: 502 }
    devices:
      - { id: b-01-burner, line: plc, unitId: 1, map: burner-plc, boiler: b-01 }`;

/** Nothing is configured yet: what to do, and what will then appear. */
export function FirstRunPage(): JSX.Element {
  const t = () => text().firstRun;
  return (
    <section class="panel">
      <div class="say">
        <h2>{t().title}</h2>
        <p>{t().text}</p>
        <h2>{t().connect}</h2>
        <p>{t().connectText}</p>
        <pre>{config}</pre>
        <pre>npm start -- --config my-plant.yaml</pre>
        <p>{t().appears}</p>
        <h2>{t().demo}</h2>
        <p>{t().demoText}</p>
        <pre>npm start</pre>
      </div>
    </section>
  );
}
