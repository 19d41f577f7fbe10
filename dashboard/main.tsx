import { render } from "solid-js/web";
import { App } from "./app.tsx";
import { beginSession } from "./session.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/fleet.css";
import "./styles/boiler.css";
import "./styles/alerts.css";
import "./styles/tablet.css";

void beginSession();
render(App, document.body);
