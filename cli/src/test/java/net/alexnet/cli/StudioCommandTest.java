package net.alexnet.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudioCommandTest {
    @TempDir
    Path folder;

    @Test
    void refusesWhatItCannotDo() {
        Result.of("studio", "--port", 70_000).isRefused(2, "--port must be 0 to 65535, found 70000");
        Result.of("studio", "--control").isRefused(2, "--control", "--data");
        Result.of("studio", "--data", folder).isRefused(2, "--data", "--control");
        Result.of("studio", "--control", "--data", folder.resolve("x")).isRefused(2, "there is no folder",
                folder.resolve("x").toString());
        Result.of("studio", "--control", "--data", folder, folder.resolve("runs"), "--token", "short")
                .isRefused(2, "token"); // what follows the value of --data is a folder of runs
        Result.of("studio", "--token", "short").isRefused(2, "token");
        Result.of("studio", folder.resolve("mistyped"), "--no-browser").isRefused(2, "there is no folder "
                + folder.resolve("mistyped"));
    }
}
