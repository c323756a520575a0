/** A page of its own that needs no script and no server: what all of them share. */

/** Text as it may stand between tags and in a quoted attribute. */
export function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The whole page; `en`: the texts, `title`: its own, `body`: the lines of its main part. */
export function frame(en, title, body) {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "  <head>",
    '    <meta charset="utf-8" />',
    '    <meta name="viewport" content="width=device-width, initial-scale=1" />',
    '    <meta name="color-scheme" content="dark light" />',
    `    <title>${plain(`${title}, ${en.opening.title}`)}</title>`,
    '    <link rel="icon" href="icon.svg" type="image/svg+xml" />',
    '    <link rel="stylesheet" href="help.css" />',
    "  </head>",
    "  <body>",
    "    <header>",
    `      <p class="wordmark">${plain(en.name)}</p>`,
    `      <a class="back" href="/">${plain(en.help.back)}</a>`,
    "    </header>",
    "    <main>",
    ...body,
    "    </main>",
    "  </body>",
    "</html>",
    "",
  ].join("\n");
}
