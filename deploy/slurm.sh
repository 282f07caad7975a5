#!/bin/sh
# A training by several processes under Slurm, one rank a task:
#
#   sbatch --nodes 4 --ntasks-per-node 1 --cpus-per-task 16 deploy/slurm.sh --recipe paper --data /shared/ilsvrc2012
#
# The folder of runs must be shared by the nodes, and the pictures readable on each. A job that Slurm requeues goes on
# from its last checkpoint. On networks of 1 Gb/s add --wire bfloat16.
#SBATCH --job-name=alexnet
#SBATCH --requeue
#SBATCH --signal=TERM@180

exec srun --kill-on-bad-exit=1 alexnet train --threads "${SLURM_CPUS_PER_TASK:-1}" "$@"
