# What bench/compare and bench/kernels begin with, sourced: the launcher's own way to a JDK and its own environment, a build, and
# `run CLASS ARGUMENTS`, which becomes java with the options of ./alexnet.
root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd -P)
eval "$(sed -n '/^needed=/,/^esac/p; /^resolve() {/,/^}/p; /^# -* a JDK/,/^# -* the build/p' "$root/alexnet")"
eval "$(sed -n "/^# -* the user's cache/,/^# -* main/p" "$root/alexnet")"
eval "$(sed -n '/GLIBC_TUNABLES+set/,/^fi/p; /^export OMP_WAIT_POLICY=/p' "$root/alexnet")"
find_caches
require_caches
jdk=$(find_jdk)
if [ -z "$jdk" ]; then
    echo "$(basename "$0"): no JDK $needed or newer found; install one, or set JAVA_HOME to it" >&2
    exit 1
fi

cd "$root"
JAVA_HOME=$jdk ./mvnw -q -B -ntp -Pbench -Dquick package

run() {
    # shellcheck disable=SC2086  # the options are words
    exec "$jdk/bin/java" \
        --enable-native-access=ALL-UNNAMED --add-modules jdk.incubator.vector $jvm \
        -Dorg.bytedeco.javacpp.cachedir="$natives" \
        ${ALEXNET_JAVA_OPTS:-} \
        -cp bench/target/bench.jar "$@"
}
