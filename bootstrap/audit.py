"""Ask whether a pinned package has a known vulnerability: a finding fails, an unreachable service is only reported."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements.lock"
SECONDS = 180


def main() -> int:
    """Exit code: 1 when a package is known to be vulnerable, 0 when none is or when nobody could be asked."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as answer:
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
        command += ["--progress-spinner", "off", "--timeout", "20", "--format", "json", "--output", answer.name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            print(f"pip-audit: skipped, the vulnerability service did not answer within {SECONDS} s")
            return 0
        text = answer.read()
    if not text:
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"pip-audit: skipped, the vulnerability service could not be asked ({reason[:200]})")
        return 0
    packages = json.loads(text)["dependencies"]
    findings = [(package, finding) for package in packages for finding in package.get("vulns", [])]
    for package, finding in findings:
        fixed = ", ".join(finding["fix_versions"]) or "no version yet"
        print(f"pip-audit: {package['name']} {package['version']} has {finding['id']}; fixed in {fixed}")
    if findings:
        print("Take the fixed versions: change pyproject.toml where it holds them back, then type: make lock setup")
        return 1
    print(f"pip-audit: {len(packages)} packages, nothing known against them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
