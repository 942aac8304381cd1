#!/usr/bin/env bash
# Looks at the reports of pqtool tune, bench and estimate in Debian's Chromium, driven by Playwright: tests/PqGen.Report.Tests, which is not in the
# solution, since its package is 214 MB. Installs the browser where it may (root, apt on Debian). PQTOOL is the command to run pqtool by; without it
# pqtool is built. With PQGEN_SCREENSHOTS=FOLDER pictures of the pages are left there.
# Exit code 0: they are as they should be; 1: they are not, or it failed; 77: no browser here, or no Playwright.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

skip() {
    echo "Reports were not looked at: $1"
    exit 77
}

apt_install() {
    apt-get -o DPkg::Lock::Timeout=60 install -y --no-install-recommends chromium
}

if [ ! -x /usr/bin/chromium ]; then
    [ "$(id -u)" = 0 ] && command -v apt-get > "$out/which" || skip "there is no /usr/bin/chromium, and no root with apt to install it"
    echo "Installing chromium"
    { apt_install || { apt-get update && apt_install; }; } > "$out/apt" 2>&1 || skip "apt could not install chromium: $(tail -n 1 "$out/apt")"
    [ -x /usr/bin/chromium ] || skip "apt installed no /usr/bin/chromium"
fi

if [ -z "${PQTOOL:-}" ]; then
    dotnet build runtime/PqGen.Tool -c Release --nologo -v q
    PQTOOL="dotnet runtime/PqGen.Tool/bin/Release/net10.0/pqtool.dll"
fi
export PQTOOL

if ! dotnet restore tests/PqGen.Report.Tests > "$out/restore"; then
    grep -qE 'NU1101|NU1102|NU1301' "$out/restore" && skip "the package Microsoft.Playwright is not to be had"
    cat "$out/restore"
    exit 1
fi
dotnet test tests/PqGen.Report.Tests -c Release --no-restore --nologo
