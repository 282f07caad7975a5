package net.alexnet.cli;

import module java.base;
import net.alexnet.figure.Picture;
import net.alexnet.report.HtmlReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet report`.
@Command(name = "report", description = "Make a page about a run: its curves, mistakes, pictures, network and recipe. Of several runs, a page that"
        + " compares them. A finished run has its page already, report.html in its folder.", footer = {
            "", "Examples:",
            "  ./alexnet report runs/latest                        writes runs/latest/report.html",
            "  ./alexnet report runs/latest --occlusion 8          also shows heat maps of 8 pictures",
            "  ./alexnet report RUN1 RUN2 RUN3 -o comparison.html  compares three runs"})
final class ReportCommand extends ProgressCommand {
    @Parameters(paramLabel = "RUN", arity = "1..*", description = "Folders of runs.")
    private List<Path> runs = List.of();

    @Option(names = {"-o",
        "--out"}, paramLabel = "FILE", description = "The page, FILE.html. Default for one run: report.html in its folder, which is replaced.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--occlusion", paramLabel = "N", description = "Also show where a gray square lowers the"
            + " probability of the class, for N validation pictures, 1 to 100. Each takes up to some seconds.")
    private Optional<Integer> occlusion = Optional.empty();

    @Option(names = "--force", description = "Replace FILE if it exists.")
    private boolean force;

    @Mixin
    private ComputeOptions options = new ComputeOptions();

    private record Written(String report, List<String> runs) {}

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        if (out.isPresent()) {
            requireEnding("-o", out.get(), ".html");
            requireWritable("-o: ", out.get(), runs, force);
        } else if (runs.size() > 1) {
            throw new IllegalArgumentException("the page about " + runs.size()
                    + " runs belongs into no run's folder; name the file to write (-o FILE)");
        }
        if (occlusion.isPresent()) {
            within("--occlusion", occlusion.get(), 1, Picture.MOST);
            if (runs.size() > 1) {
                throw new IllegalArgumentException("--occlusion is for the page of one run, found " + runs.size()
                        + " runs");
            }
        }
        HtmlReport report = HtmlReport.of(runs.toArray(Path[]::new));
        if (occlusion.isPresent()) {
            report = report.withHeatMaps(occlusion.get());
        }
        HtmlReport.Resources resources = options.options().reporting(progress,
                terminal().interruption()::stopRequested);
        Path written = out.isPresent() ? report.write(out.get(), resources) : report.write(resources);
        progress.clear();
        print(new Written(written.toString(), runs.stream().map(Path::toString).toList()),
                List.of("report: " + written));
        return 0;
    }
}
