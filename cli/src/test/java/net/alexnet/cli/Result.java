package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;

/// What a command did, as a user in front of it sees it.
///
/// @param exitCode 0 done, 1 failed, 2 wrong use
/// @param out what was written to standard output
/// @param err what was written to standard error
record Result(int exitCode, String out, String err) {
    private static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /// Runs the program in this process, not on a terminal.
    static Result of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), false,
                Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }

    /// Runs the program, which must succeed.
    static Result done(Object... arguments) {
        Result result = of(arguments);
        assertThat(result.exitCode).as("%s", result).isZero();
        return result;
    }

    /// The one JSON value that standard output is; more or less than one is an error.
    JsonNode json() throws JsonProcessingException {
        return JSON.readTree(out);
    }

    List<String> errLines() {
        return err.lines().toList();
    }

    List<String> warnings() {
        return err.lines().filter(line -> line.startsWith("warning: ")).toList();
    }

    /// Holds a failed command to what is promised: this code, nothing on standard output, and one line on standard
    /// error that says all of this; after misuse of an option a second line may say where to look.
    void isRefused(int code, String... said) {
        assertThat(exitCode).as("%s", this).isEqualTo(code);
        assertThat(out).isEmpty();
        assertThat(errLines().getFirst()).startsWith("alexnet: ").contains(said);
        assertThat(errLines().stream().skip(1))
                .allMatch(line -> code == 2 && line.matches("(See './alexnet|Did you mean: |Possible solutions: ).*"));
    }
}
