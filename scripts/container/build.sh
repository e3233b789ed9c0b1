#!/bin/sh
# Builds and installs trafficbench in a container of Debian's, as root: what scripts/apptainer/trafficbench.def and
# scripts/docker/Dockerfile do, once they have put the repository into /opt/trafficbench/source.
set -e
cd /opt/trafficbench/source
# What was built outside is of no use in here.
rm -rf build
# The list is that of scripts/run.sh.
apt-get -qq update
awk '/^\[/ {here = ($0 == "[build]")} here && /^[a-z0-9]/ {print $1}' scripts/packages-debian.txt |
  DEBIAN_FRONTEND=noninteractive xargs apt-get -qq install -y --no-install-recommends
cmake --preset mpich -DTRAFFICBENCH_TESTS=OFF -DTRAFFICBENCH_NATIVE=OFF
cmake --build --preset mpich -j "$(nproc)"
cmake --install build/mpich --prefix /opt/trafficbench
rm -rf build /var/lib/apt/lists/*
