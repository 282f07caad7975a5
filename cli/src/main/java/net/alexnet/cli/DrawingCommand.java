package net.alexnet.cli;

import module java.base;
import net.alexnet.figure.Svg;
import picocli.CommandLine.Option;

/// What the kinds of `alexnet figure` have in common: the file that is written.
abstract class DrawingCommand extends ProgressCommand {
    @Option(names = {"-o", "--out"}, required = true, paramLabel = "FILE", description = "FILE.svg or FILE.png.")
    private Path out = Path.of("");

    /// A figure, and what was measured for it.
    ///
    /// @param facts for `--json`
    /// @param lines for a person
    record Drawn(Svg svg, Map<String, Object> facts, List<String> lines) {
        Drawn(Svg svg) {
            this(svg, Map.of(), List.of());
        }
    }

    /// Whether the file may be replaced.
    abstract boolean force();

    /// What the command reads.
    abstract List<Path> sources();

    abstract Drawn draw(ConsoleProgress progress) throws IOException, InterruptedException;

    @Override
    final int run(ConsoleProgress progress) throws IOException, InterruptedException {
        FigureFile.Form form = FigureFile.Form.of(out);
        requireWritable("--out: ", out, sources(), force());
        Drawn drawn = draw(progress);
        form.write(drawn.svg(), out);
        progress.clear();
        Map<String, Object> report = new LinkedHashMap<>(Map.of("file", out.toString()));
        report.putAll(drawn.facts());
        List<String> lines = new ArrayList<>(drawn.lines());
        lines.add("figure: " + out);
        print(report, lines);
        return 0;
    }
}
