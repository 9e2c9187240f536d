#!/usr/bin/env node
// The command `vanguard`, as the program of that name. It has the standard streams to itself: nothing here may touch process.stdin.
const { command } = require('../native');

process.exit(command(['vanguard', ...process.argv.slice(2)], [process.execPath, __filename]));
