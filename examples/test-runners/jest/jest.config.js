const { withDatabase } = require("offshoot/jest");

module.exports = withDatabase({ testEnvironment: "node" });
