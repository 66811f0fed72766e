// asyncapi.js - what @asyncapi/parser says of a document, a line each, but that there is a newer
// version of AsyncAPI: 3.0.0 is the one that most tools read.
// SPDX-License-Identifier: Apache-2.0
const { Parser, fromFile } = require("@asyncapi/parser");

fromFile(new Parser(), process.argv[2]).parse().then(({ diagnostics }) => {
	for (const { code, path, message } of diagnostics)
		if (code !== "asyncapi-latest-version")
			console.log(`${(path ?? []).join(".")}: ${message} (${code})`);
});
