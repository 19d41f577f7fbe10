import { render } from "solid-js/web";
import { App } from "./app.tsx";
import { beginSession } from "./session.ts";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/marks.css";
import "./styles/shell.css";
import "./styles/fleet.css";
import "./styles/boiler.css";
import "./styles/trend.css";
import "./styles/drawings.css";
import "./styles/alerts.css";
import "./styles/trainer.css";
import "./styles/tablet.css";

void beginSession();
render(App, document.body);
