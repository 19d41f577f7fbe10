// `npm start`: installs and builds what is missing, then runs in this very process, so that signals reach it.
import { ensureBuilt, ensureInstalled } from "./prepare.js";

ensureInstalled();
ensureBuilt();
await import("./fluewatch.js");
