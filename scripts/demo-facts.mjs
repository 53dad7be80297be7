// What the demonstration may claim: reads the JSON that sluice printed, shows it, and ends with 1
// where something is not as it has to be.
//
//   node demo-facts.mjs endpoint FILE     where the endpoint listens
//   node demo-facts.mjs check FOLDER      everything, once the demonstration is over
import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const colour = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;

let failed = 0;
function claim(holds, text) {
  if (!holds) failed += 1;
  console.log(`  ${holds ? paint(32, "yes") : paint(31, "NO ")}  ${text}`);
}

// The shares of `whole` tosses lie this near to what was asked for, but for one time in some ten
// million: 5.5 standard deviations of the binomial distribution, and one toss for rounding.
const bound = (share, whole) => 5.5 * Math.sqrt(whole * share * (1 - share)) + 1;

/// One line per weight that the alias asked for while `version` was released.
function showSteps(steps, version) {
  const seen = [];
  for (const step of steps) {
    const asked = (step.asked[version] ?? 0) / 100;
    if (asked === 0) continue;
    const count = step.versions[version]?.requests ?? 0;
    const near = Math.abs(count - asked * step.requests) <= bound(asked, step.requests);
    const errors = step.versions[version]?.errors ?? 0;
    const line =
      `version ${version}: asked for ${percent(asked, 1).padStart(7)}, measured ` +
      `${percent(count, step.requests).padStart(7)} (${count} of ${step.requests}, ` +
      `${errors} errors)`;
    claim(near, line);
    seen.push(Math.round(asked * 100));
  }
  return seen;
}

function showMessages(counts) {
  for (const { message, count } of counts?.messages ?? [])
    console.log(`      ${String(count).padStart(3)} times ${message}`.slice(0, 80));
}

function check(folder) {
  const at = (name) => read(join(folder, name));
  const [good, bad, traffic, alias] = ["good", "bad", "traffic", "alias"].map((name) =>
    at(`${name}.json`),
  );
  const goodVersion = good.releases[0].candidate_version;
  const badVersion = bad.releases[0].candidate_version;

  // While the bad version is released the good one is its baseline.
  const released = (step) => (badVersion in step.asked ? badVersion : goodVersion);
  const stepsOf = (version) => traffic.steps.filter((step) => released(step) === version);
  const goodSteps = showSteps(stepsOf(goodVersion), goodVersion);
  const badSteps = showSteps(stepsOf(badVersion), badVersion);
  console.log();
  claim(
    [10, 50, 100].every((share) => goodSteps.includes(share)) && good.state === "succeeded",
    `the good version ${goodVersion} went 10 -> 50 -> 100 %`,
  );
  claim((traffic.versions[goodVersion]?.errors ?? 0) === 0, "not one of its requests failed");
  claim(badSteps.every((share) => share === 10) && badSteps.length > 0,
    `the bad version ${badVersion} never had more than 10 %`);
  const counts = traffic.versions[badVersion];
  claim((counts?.errors ?? 0) > 0, `its errors were seen: ${counts?.errors ?? 0} of ` +
    `${counts?.requests ?? 0} requests`);
  showMessages(counts);
  claim(bad.state === "rolled_back" && bad.releases[0].place === "on_baseline",
    "it was rolled back by itself");
  const rows = alias.aliases;
  claim(rows.length === 1 && rows[0].version === goodVersion && rows[0].weight === 100,
    `the alias is on version ${rows[0]?.version}, with no other weight`);
  claim(traffic.refused.requests === 0, `${traffic.requests} requests, none was lost on the way`);
  console.log();
  console.log(failed === 0 ? "All of that really happened." : `${failed} of that did not happen.`);
}

const [command, argument] = process.argv.slice(2);
if (command === "endpoint") console.log(`  it listens at ${read(argument).url}`);
else if (command === "check") check(argument);
else failed = 1;
process.exitCode = failed === 0 ? 0 : 1;
