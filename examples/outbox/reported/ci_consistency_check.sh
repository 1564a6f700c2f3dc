#!/usr/bin/env bash
set -e
PASSED=0
for file in scripts/ops/schema_audit.py scripts/ops/metrics_validation.py; do
  if [ -f "$file" ]; then
    ((PASSED++))
  fi
done
echo "$PASSED checks passed"
