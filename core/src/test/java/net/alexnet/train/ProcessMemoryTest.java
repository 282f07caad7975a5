package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProcessMemoryTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatTheKernelWrites() throws Exception {
        Files.writeString(folder.resolve("status"), """
                Name:	java
                VmPeak:	 9000000 kB
                VmHWM:	     300 kB
                VmRSS:	     200 kB
                """);
        Files.writeString(folder.resolve("stat"), "7 (a (b) c) S 1 2 3 0 -1 4194560 4711 12 13 14 15\n");
        ProcessMemory memory = ProcessMemory.in(folder);
        assertThat(memory.peak()).hasValue(300 * 1024);
        assertThat(memory.resident()).hasValue(200 * 1024);
        assertThat(memory.minorFaults()).hasValue(4711);
    }

    @Test
    void isEmptyWhereThereIsNothing() {
        ProcessMemory memory = ProcessMemory.in(folder.resolve("nowhere"));
        memory.resetPeak();
        assertThat(memory.peak()).isEmpty();
        assertThat(memory.resident()).isEmpty();
        assertThat(memory.minorFaults()).isEmpty();
    }

    @Test
    void isEmptyWhereTheFormIsAnother() throws Exception {
        Files.writeString(folder.resolve("status"), "VmRSS:	many kB\n");
        Files.writeString(folder.resolve("stat"), "7 (java) S 1 2\n");
        assertThat(ProcessMemory.in(folder).resident()).isEmpty();
        assertThat(ProcessMemory.in(folder).minorFaults()).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void knowsThisProcess() {
        ProcessMemory memory = ProcessMemory.own();
        assertThat(memory.resident().orElseThrow()).isGreaterThan(10_000_000);
        assertThat(memory.peak().orElseThrow()).isGreaterThan(10_000_000);
        assertThat(memory.minorFaults().orElseThrow()).isPositive();
    }
}
