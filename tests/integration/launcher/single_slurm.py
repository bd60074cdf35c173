"""A real Slurm of one node on this computer, for tests."""

import os
import shutil
import signal
import subprocess
import time

import pytest

_NEEDED = {"slurmctld": "slurmctld", "slurmd": "slurmd", "sbatch": "slurm-client", "munged": "munge"}

_CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=20
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=1000 State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10
"""


def install():
    """Install missing programs from Debian's packages; skips the test if that fails."""
    missing = [package for program, package in _NEEDED.items() if shutil.which(program) is None]
    if os.geteuid() != 0:
        pytest.skip("a real Slurm is started by root only")
    if not missing:
        return
    if shutil.which("apt-get") is None:
        pytest.skip(f"Slurm is not installed ({', '.join(missing)}), and there is no apt-get")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *command], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"Slurm cannot be installed: {done.stderr.strip().splitlines()[-1:]}")


class Slurm:
    """The cluster; `start`, then `stop`."""

    def __init__(self, folder):
        self.folder = folder
        self._processes = []

    def start(self):
        host, port = os.uname().nodename.split(".")[0], 20000 + os.getpid() % 20000
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        conf = self.folder / "slurm.conf"
        cpus = os.cpu_count()
        conf.write_text(_CONFIGURATION.format(host=host, folder=self.folder, port=port, node_port=port + 1, cpus=cpus))
        os.environ["SLURM_CONF"] = str(conf)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        socket, log = self.folder / "munge.socket", self.folder / "munged.log"
        self._run("munged", "--foreground", "--force", f"--socket={socket}", f"--key-file={key}", f"--log-file={log}",
                  f"--pid-file={self.folder / 'munged.pid'}", f"--seed-file={self.folder / 'munge.seed'}")  # fmt: skip
        self._until(socket.exists, "munged did not start")
        self._run("slurmctld", "-D", "-f", str(conf))
        self._run("slurmd", "-D", "-f", str(conf))
        self._until(lambda: "idle" in self.ask("sinfo", "--noheader"), "the node is not idle")

    def stop(self):
        self.ask("scancel", "--user=root")
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def ask(self, *command):
        """Return the output of one of Slurm's commands."""
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def _run(self, *command):
        with open(self.folder / "output.log", "ab") as log:
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log))

    def _until(self, true, problem):
        end = time.monotonic() + 40
        while not true():
            if time.monotonic() > end:
                self.stop()
                said = "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))
                raise AssertionError(f"{problem}:\n{said}")
            time.sleep(0.2)
