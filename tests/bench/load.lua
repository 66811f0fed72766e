-- load.lua - what wrk sends to serve, and its figures as one line of JSON.
-- SPDX-License-Identifier: Apache-2.0
--
-- The token comes in the environment: a command line can be read by everybody.
-- With the argument `trigger`, each request asks for a table of its own.

local count = 0

function setup(thread)
	count = count + 1
	thread:set("number", count)
end

function init(arguments)
	wrk.headers["Token"] = os.getenv("TS_TOKEN")
	is_trigger = arguments[1] == "trigger"
	if is_trigger then
		wrk.method = "POST"
		wrk.headers["Content-Type"] = "application/json"
	end
	sent = 0
end

function request()
	if not is_trigger then
		return wrk.format()
	end
	sent = sent + 1
	return wrk.format(nil, nil, nil, string.format(
		'{"datasource_id": 8, "schema": "public", "table": "fact_%d_%d"}', number, sent))
end

function done(summary, latency)
	local errors = summary.errors
	io.write(string.format(
		'{"rate": %.1f, "p50_ms": %.2f, "p99_ms": %.2f, "max_ms": %.2f, "errors": %d}\n',
		summary.requests * 1e6 / summary.duration, latency:percentile(50) / 1000,
		latency:percentile(99) / 1000, latency.max / 1000,
		errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
