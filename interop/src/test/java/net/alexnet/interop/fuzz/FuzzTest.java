package net.alexnet.interop.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Spoilt files of every foreign format: some hundreds in the ordinary build, always the same; as many as fit in N minutes, by
/// chance, with
///
/// ```
/// ./mvnw -pl interop -am test -Dtest=FuzzTest -Dfuzz.minutes=N -Dfuzz.format=PYTORCH
/// ```
class FuzzTest {
    private static final int TRIES = 600;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void spoiltFilesAreReadOrRefused(Target target) throws IOException {
        Attack attack = new Attack(target, folder);
        for (int seed = 0; seed < TRIES; seed++) {
            attack.attempt(seed);
        }
        // Else the mutations would be too weak, or too strong, to try anything.
        assertThat(attack.count("read")).as(attack.toString()).isBetween(TRIES / 20, TRIES * 9 / 10);
        assertThat(attack.kindsOfEnds()).as(attack.toString()).isGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource
    @EnabledIfSystemProperty(named = "fuzz.minutes", matches = "[0-9.]+")
    void forMinutes(Target target) throws IOException {
        if (!target.name().equals(System.getProperty("fuzz.format", target.name()))) {
            return;
        }
        Attack attack = new Attack(target, folder);
        long end = System.nanoTime() + (long) (Double.parseDouble(System.getProperty("fuzz.minutes")) * 60e9);
        while (System.nanoTime() < end) {
            attack.attempt(ThreadLocalRandom.current().nextLong());
        }
        System.out.println(attack);
    }
}
