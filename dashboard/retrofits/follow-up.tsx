import { createResource, type JSX, Show } from "solid-js";
import { dailyPlot } from "../../domain/mv/plots/plots.ts";
import { labelOf } from "../texts/texts.ts";
import { Part } from "./fields.tsx";
import { retrofitApi } from "./project.ts";
import { words } from "./texts.ts";

const whole = (value: number) => Math.round(value).toLocaleString("en-US").replace("-", "−");

/** How a released saving has done since its report: whether it holds, and what it has come to. */
export function FollowUp(props: { readonly id: string }): JSX.Element {
  const t = words;
  const [found] = createResource(
    () => props.id,
    async (id) => {
      const reply = await retrofitApi.followUp(id);
      return reply.ok ? reply.value : null;
    },
  );
  const known = () => {
    const now = found();
    return now?.kind === "follow-up" ? now : null;
  };
  const drawn = () => {
    const now = known();
    if (now === null) return "";
    return dailyPlot(now.series, {
      energy: t().energy,
      load: "",
      before: t().before,
      after: t().after,
      validRange: "",
      cumulative: t().cumulative,
      residual: "",
      summary: t().followUp,
      dayOf: (atMs) => new Date(atMs).toLocaleDateString("sv-SE"),
    });
  };
  return (
    <Show when={found()}>
      {(now) => (
        <>
          <section class="panel" data-testid="retrofit-follow-up" data-state={known()?.state ?? "none"}>
            <header>
              <h2>{t().followUp}</h2>
            </header>
            <div class="pad">
              <p classList={{ warned: known()?.state === "decayed" }} role="status">
                <Show when={known()?.state === "decayed"}>
                  <span aria-hidden="true">△ </span>
                </Show>
                {labelOf(now().says)}
              </p>
              <Show when={known()}>
                {(run) => (
                  <p class="note">
                    {t().followed(
                      run().through,
                      `${whole(run().saved.value)} ± ${whole(run().saved.halfWidth)}`,
                      run().savedPercent.toFixed(1),
                    )}
                  </p>
                )}
              </Show>
            </div>
          </section>
          <Show when={known()}>
            <Part id="follow-up" title={t().cumulative} html={drawn()} />
          </Show>
        </>
      )}
    </Show>
  );
}
