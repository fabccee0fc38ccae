"""The page of the documentation: Swagger UI, and a bar with a button for each token of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import orjson

from .served_specs import TOKEN_SCHEME

# All addresses are relative, so that the page also works behind a proxy that adds a prefix.
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>emporix-mockserver</title>
<link rel="stylesheet" href="index.css">
<link rel="stylesheet" href="swagger-ui.css">
<link rel="icon" type="image/png" href="favicon-32x32.png" sizes="32x32">
<style>
#callers { padding: 10px 20px; font: 14px sans-serif; background: #eef2f6; position: sticky; top: 0; z-index: 2 }
#callers button { font: inherit; padding: 4px 10px; border: 1px solid #667; border-radius: 4px; background: #fff }
#callers button[aria-pressed=true] { background: #1f4e79; color: #fff }
</style>
</head>
<body>
<nav id="callers" aria-label="Callers">@CALLERS@</nav>
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="swagger-ui-standalone-preset.js"></script>
<script>
const buttons = [...document.querySelectorAll("#callers button")];
const wanted = new URLSearchParams(location.search).get("as");  // the dashboard links to a persona
const wantedButton = buttons.find((button) => button.value === wanted) ?? buttons[0];
let token = wantedButton ? wantedButton.value : "";

function applyToken() {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === token));
  if (token) ui.preauthorizeApiKey("@SCHEME@", token);
  else ui.authActions.logout(["@SCHEME@"]);
}

for (const button of buttons) button.addEventListener("click", () => { token = button.value; applyToken(); });
// Highlighting a megabyte of JSON, such as a coverage report, takes the browser a minute.
const showLongTextPlain = () => ({
  wrapComponents: {
    SyntaxHighlighter: (Original, system) => props =>
      system.React.createElement(
        String(props.children).length > 100000 ? system.getComponent("PlainTextViewer") : Original, props),
  },
});
window.ui = SwaggerUIBundle({
  ...@CONFIG@,
  dom_id: "#swagger-ui",
  deepLinking: true,
  layout: "StandaloneLayout",
  oauth2RedirectUrl: new URL("oauth2-redirect.html", location.href).href,
  onComplete: applyToken,
  plugins: [SwaggerUIBundle.plugins.DownloadUrl, showLongTextPlain],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  validatorUrl: null,
});
</script>
</body>
</html>
"""
ANONYMOUS_BUTTON = '<button type="button" value="">no token</button>'


def render_docs_page(urls: Sequence[Mapping[str, str]], tokens: Sequence[str]) -> str:
    """Return the page; it opens on the first of the specs, as the holder of the first token.

    urls: name and address of each spec, in the order of the list.
    tokens: those that the bar offers; none if the server needs none.
    """
    buttons = [f'<button type="button" value="{escape(token)}">{escape(token)}</button>' for token in tokens]
    callers = (
        f"Call the API as: {' '.join([*buttons, ANONYMOUS_BUTTON])}"
        if buttons
        else "No call needs a token (--auth off)."
    )
    config = {"urls": urls, "urls.primaryName": urls[0]["name"]}
    return (
        PAGE.replace("@CALLERS@", callers).replace("@SCHEME@", TOKEN_SCHEME).replace("@CONFIG@", _script_json(config))
    )


def _script_json(value: Any) -> str:
    """Return JSON for a script element, which a text cannot end."""
    return orjson.dumps(value).decode().replace("<", "\\u003c")
