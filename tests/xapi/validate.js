// Reads statements as JSON, and prints how many faults each has.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
const validate = createRequire(`${process.argv[2]}/`)("@learninglocker/xapi-validation").default;
const statements = JSON.parse(readFileSync(0, "utf-8"));
console.log(JSON.stringify(statements.map((one) => validate(one).length)));
