import { For, type JSX } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { qualityOf } from "../../domain/reading.ts";
import { labelOf, text } from "../texts/texts.ts";
import { Value } from "./value.tsx";

type PointText = BoilerText["points"][number];

/** Every point of the boiler as it is now: what it is worth, and whether it was measured or computed. */
export function SensorsTable(props: {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
}): JSX.Element {
  const t = () => text().boiler;
  const quality = (point: string) => {
    const { reading } = props;
    const worth = reading === null ? null : qualityOf(reading, point);
    if (worth === null) return "–";
    const flaw = reading?.flaws[point];
    return flaw === undefined ? t()[worth] : `${t()[worth]}${text().colon}${text().flaws[flaw]}`;
  };
  return (
    <div class="st" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>{t().point}</th>
            <th class="r">{t().value}</th>
            <th>{t().quality}</th>
            <th>{t().source}</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.boiler.points}>
            {(point) => (
              <tr>
                <th scope="row" title={point.name}>
                  {nameOf(point)}
                </th>
                <td class="r num">
                  <Value boiler={props.boiler} reading={props.reading} point={point.name} />{" "}
                  <span class="u">{point.unit}</span>
                </td>
                <td>{quality(point.name)}</td>
                <td class="m nw">{t().origin[point.from]}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}

function nameOf({ name, label }: PointText): string {
  if (label !== null) return labelOf(label);
  const { points } = text();
  return name in points ? points[name as keyof typeof points] : name;
}
