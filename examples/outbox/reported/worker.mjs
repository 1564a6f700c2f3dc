// A worker as in the reported case: it writes more than fifty lines, works, and stops on SIGTERM.
for (let event = 1; event <= 60; event++) console.log(`info claimed event ${event}`);
const timer = setInterval(() => console.log("info waiting for events"), 500);
process.on("SIGTERM", () => clearInterval(timer));
