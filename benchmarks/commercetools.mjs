// Start commercetools-mock without logs, as it is by default: node commercetools.mjs FOLDER PORT. FOLDER has node_modules.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, port] = process.argv.slice(2);
const installed = createRequire(`${folder}/`).resolve("@labdigital/commercetools-mock");
const { CommercetoolsMock } = await import(pathToFileURL(installed));

await new CommercetoolsMock().app.listen({ host: "127.0.0.1", port: Number(port) });
