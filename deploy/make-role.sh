#!/usr/bin/env bash
# Run once by the warehouse's image, before the sample data: the role that the gate logs in as.
set -euo pipefail
password=$(cat /keys/service.password)
psql -v ON_ERROR_STOP=1 -q -U postgres -d shop <<SQL
CREATE ROLE postern_svc LOGIN PASSWORD '$password';
SQL
