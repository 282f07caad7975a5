/// Measurements; nothing here is a test. Not in the default build:
///
/// ```
/// ./mvnw -Pbench -Dquick package && OMP_WAIT_POLICY=PASSIVE java -jar bench/target/bench.jar
/// ```
///
/// Timings of two runs on a shared machine say little; compare within one run, and quote medians with their spread.
@NullMarked
package net.alexnet.bench;

import org.jspecify.annotations.NullMarked;
