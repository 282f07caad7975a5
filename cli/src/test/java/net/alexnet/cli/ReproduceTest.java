package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.alexnet.io.AtomicFiles;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `reproduce` on small pictures.
class ReproduceTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path recipe;
    private static Path whole;
    private static Result result;

    @BeforeAll
    static void reproduce() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 50, 1); // 30 to train on
        recipe = Files.writeString(root.resolve("toy.yaml"), ToyRecipe.TEXT.replace("epochs: 8", "epochs: 2")
                .replace("hold_out: 0.3", "hold_out: 0.8")
                .replace("  type: constant", "  type: steps\n  epochs: [1]\n  factor: 0.1"));
        whole = root.resolve("whole");
        result = run(whole, "ten-views", "ensemble-2", "ensemble-3", "half-net", "towers",
                "neighbors-fc7",
                "--seeds", 3, "--json");
    }

    private static Result run(Path out, Object... more) {
        List<Object> all = new ArrayList<>(List.of("reproduce", "--recipe", recipe, "--data", pictures, "--out", out,
                "--threads", 1));
        all.addAll(List.of(more));
        return Result.done(all.toArray());
    }

    private static JsonNode result(Path out, String claim) throws Exception {
        return JSON.readTree(out.resolve("claims").resolve(claim).resolve("result.json").toFile());
    }

    @Test
    void armsShareTheirBaseline() throws Exception {
        assertThat(result.json()).hasSize(6).allSatisfy(claim -> assertThat(claim.get("done")).isEqualTo(
                claim.get("runs")));
        try (var runs = Files.list(whole.resolve("runs"))) {
            assertThat(runs.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("baseline",
                    "half-net");
        }
        assertThat(result(whole, "half-net").get("runs")).hasSize(6);
    }

    @Test
    void theNumbersAreThoseOfTheRuns() throws Exception {
        JsonNode views = result(whole, "ten-views");
        double sum = 0;
        for (JsonNode run : views.get("runs")) {
            List<String> lines = Files.readAllLines(whole.resolve(run.get("folder").asText()).resolve("predicted.csv"));
            assertThat(lines).hasSize(121).first().isEqualTo("class,one_view,ten_views");
            long one = 0;
            long ten = 0;
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.split(",", -1);
                one += cells[0].equals(cells[1]) ? 0 : 1;
                ten += cells[0].equals(cells[2]) ? 0 : 1;
            }
            assertThat(run.get("values").get("one_view").asDouble()).isCloseTo(100.0 * one / 120, within(1e-9));
            assertThat(run.get("values").get("ten_views").asDouble()).isCloseTo(100.0 * ten / 120, within(1e-9));
            sum += 100.0 * (one - ten) / 120;
        }
        assertThat(views.get("comparison").get("difference").asDouble()).isCloseTo(sum / 3,
                within(1e-9));
        assertThat(Files.readString(whole.resolve("claims.md"))).contains("`half-net`", "`table-2`", "not tested");
    }

    @Test
    void figures3And4AreMeasured() throws Exception {
        assertThat(result(whole, "towers").get("runs")).hasSize(3).allSatisfy(run -> assertThat(
                run.get("values").get("p").asDouble()).isBetween(0.0001, 1.0));
        JsonNode neighbors = result(whole, "neighbors-fc7");
        JsonNode values = neighbors.get("runs").get(0).get("values");
        assertThat(values.get("fc7").asDouble()).isBetween(0.0, 100.0);
        assertThat(neighbors.get("comparison").get("difference").asDouble()).isCloseTo(
                values.get("fc7").asDouble() - values.get("pixels").asDouble(), within(1e-9));
    }

    /// An ensemble is shown beside its networks, by the view that is judged.
    @Test
    void theFigureOfAnAverageHasItsNetworks() throws Exception {
        Path own = whole.resolve("claims/ensemble-2");
        List<String> lines = Files.readAllLines(own.resolve("figure.csv"));
        assertThat(lines).first().isEqualTo("arm,seed,one_view");
        assertThat(lines.subList(1, 7)).extracting(line -> line.substring(0, line.lastIndexOf(',')))
                .containsExactly("baseline,1", "baseline,2", "baseline,3", "average,1+2", "average,1+3",
                        "average,2+3");
        double averages = lines.subList(4, 7).stream()
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(',') + 1))).average()
                .orElseThrow();
        assertThat(averages).isCloseTo(result(whole, "ensemble-2").get("more").get("one_view_error_of_the_average")
                .asDouble(), within(1e-9));
        String figure = Files.readString(own.resolve("figure.svg"));
        assertThat(figure).contains("single networks", "averages of 2", "top-1 error, %", "percentage points",
                "over seeds").doesNotContain("ten views", "the paper");
        assertThat(figure.split("<circle", -1)).hasSize(1 + 6 + 2);
        assertThat(Files.readString(whole.resolve("claims/ten-views/figure.svg"))).contains("the paper: 1.50",
                "over seeds and pictures: ");
    }

    @Test
    void aRunThatDivergesIsNamed() throws Exception {
        Path wild = Files.writeString(root.resolve("wild.yaml"),
                Files.readString(recipe).replace("learning_rate: 0.01", "learning_rate: 1e12"));
        Path out = root.resolve("diverged");
        Result diverged = Result.done("reproduce", "ten-views", "--seeds", 2, "--recipe", wild, "--data", pictures,
                "--out", out, "--threads", 1);
        Path run = out.resolve("runs/baseline/seed-1");
        assertThat(diverged.warnings()).anyMatch(line -> line.contains(run + " diverged"));
        assertThat(diverged.out()).contains("2 runs diverged");
        assertThat(Files.readString(out.resolve("claims.md"))).contains("2 runs diverged");
        String text = Files.readString(run.resolve("diverged.txt")).strip();
        Matcher step = Pattern.compile("step (\\d+)").matcher(text);
        assertThat(step.find()).isTrue();
        assertThat(Jsoup.parse(run.resolve("report.html")).select("#overview dd").eachText())
                .anyMatch(fact -> fact.contains("step " + step.group(1)));
    }

    @Test
    void aStoppedReproductionGoesOnToTheSameResults() throws Exception {
        Path out = root.resolve("parts");
        run(out, "ten-views", "--seeds", 1);
        // as a kill leaves it: a run in its middle, and one before its first checkpoint
        Path second = out.resolve("runs/baseline/seed-2");
        Result.done("train", "--recipe", recipe, "--data", pictures, "--runs", root.resolve("other"), "--seed", 2,
                "--threads", 1, "--set", "checkpoints.keep=1", "--max-steps", 2);
        Files.move(RunFiles.latest(root.resolve("other")).folder(), second);
        Path third = Files.createDirectories(out.resolve("runs/baseline/seed-3"));
        Files.writeString(third.resolve("log.jsonl"), "");
        run(out, "ten-views", "ensemble-2", "ensemble-3", "half-net", "towers", "neighbors-fc7",
                "--seeds", 3);
        for (String claim : List.of("ten-views", "ensemble-2", "ensemble-3", "half-net", "towers",
                "neighbors-fc7")) {
            assertThat(untimed(result(out, claim))).as(claim).isEqualTo(untimed(result(whole, claim)));
        }
    }

    private static JsonNode untimed(JsonNode result) {
        return ((ObjectNode) result).without("seconds");
    }

    @Test
    void figure1SearchesARateAndStopsWhatIsSlower() throws Exception {
        Path out = root.resolve("figure1");
        Path all = Files.writeString(root.resolve("unheld.yaml"),
                Files.readString(recipe).replace("hold_out: 0.8", "hold_out: 0.1"));
        Result.done("reproduce", "relu", "--seeds", 2, "--recipe", all, "--data", pictures, "--out", out, "--threads",
                1);
        JsonNode relu = result(out, "relu");
        assertThat(relu.get("more").get("fast").asText()).startsWith("figure-1-he-relu-");
        assertThat(relu.get("more").get("ratio").asDouble()).isPositive();
        assertThat(relu.get("runs")).hasSize(10);
        double best = Double.MAX_VALUE;
        for (JsonNode run : relu.get("runs")) {
            double epochs = run.get("values").path("epochs_to_error").asDouble(Double.MAX_VALUE);
            best = run.get("arm").asText().contains("relu") ? Math.min(best, epochs) : best;
            assertThat(run.get("values").get("epochs_trained").asDouble()).isLessThanOrEqualTo(40);
        }
        assertThat(best).isLessThan(40);
        assertThat(Files.readString(out.resolve("claims/relu/figure.svg"))).contains("25 %", "training top-1 error, %",
                "the paper: 6.00");
        List<String> curves = Files.readAllLines(out.resolve("claims/relu/figure.csv"));
        assertThat(curves).first().isEqualTo("arm,seed,epoch,training_top1_error");
        double epochs = 0;
        for (JsonNode run : relu.get("runs")) {
            epochs += run.get("values").get("epochs_trained").asDouble();
        }
        assertThat((double) curves.size()).isEqualTo(1 + epochs);
    }

    @Test
    void anotherCommandKeepsTheResultsOfAllSeeds() throws Exception {
        JsonNode before = untimed(result(whole, "half-net"));
        run(whole, "ten-views", "--quick");
        assertThat(untimed(result(whole, "half-net"))).isEqualTo(before);
        assertThat(result(whole, "ten-views").get("seeds").asInt()).isEqualTo(3);
    }

    @Test
    void twoProcessesShareTheRuns() throws Exception {
        Path out = root.resolve("shared");
        Result[] both = new Result[2];
        Thread[] threads = new Thread[2];
        for (int i = 0; i < 2; i++) {
            int one = i;
            threads[i] = Thread.ofPlatform().start(() -> both[one] = run(out, "ten-views", "--seeds", 3));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(both).doesNotContainNull();
        assertThat(untimed(result(out, "ten-views"))).isEqualTo(untimed(result(whole, "ten-views")));
        try (var runs = Files.list(out.resolve("runs/baseline"))) {
            assertThat(runs.map(path -> path.getFileName().toString()).filter(name -> name.endsWith("-2-2"))).isEmpty();
        }
    }

    @Test
    void misuseIsOneClearLine() {
        Result.of("reproduce", "ten-view", "--out", root.resolve("none")).isRefused(2, "ten-view", "ten-views");
        Result.of("reproduce", "relu", "--budget", "0h", "--out", root.resolve("none")).isRefused(2, "--budget", "0h");
        Result.of("reproduce", "relu", "--seeds", "0", "--out", root.resolve("none")).isRefused(2, "--seeds");
        Result.of("reproduce", "relu", "--seeds", "2", "--quick", "--out", root.resolve("none")).isRefused(2,
                "--quick");
        Result.of("reproduce", "ten-views", "--recipe", "cifar10", "--data", pictures, "--out", whole).isRefused(1,
                whole.toString(), "cifar10");
        assertThat(root.resolve("none")).doesNotExist();
        for (Path file : List.of(recipe, recipe.resolve("below"))) {
            Result.of("reproduce", "towers", "--recipe", recipe, "--data", pictures, "--out", file).isRefused(1,
                    recipe.toString(), "a folder");
            Result.of("reproduce", "--out", file).isRefused(1, recipe.toString(), "a folder");
        }
    }

    @Test
    void otherPicturesAreRefusedBeforeTheyAreTrainedOn() throws Exception {
        Path others = root.resolve("others");
        ToyImages.write(others, 49, 2);
        for (int seeds : new int[] {3, 4}) {
            Result.of("reproduce", "ten-views", "--recipe", recipe, "--data", others, "--out", whole, "--threads", 1,
                    "--seeds", seeds).isRefused(1, whole.toString(), others.toString(), pictures.toString());
        }
        assertThat(whole.resolve("runs/baseline/seed-4")).doesNotExist();
        Path moved = Files.move(pictures, root.resolve("moved"));
        try {
            Result.done("reproduce", "ten-views", "--recipe", recipe, "--data", moved, "--out", whole, "--threads", 1,
                    "--seeds", 3);
        } finally {
            Files.move(moved, pictures);
        }
    }

    @Test
    void picturesOfTheRecipeStayThose() throws Exception {
        Path sample = Files.writeString(root.resolve("sample.yaml"), ToyRecipe.TEXT.replace("epochs: 8", "epochs: 1")
                .replace("  hold_out: 0.3", "  source: sample").replace("  width", "  channels: 1\n  width"));
        Path out = root.resolve("sample");
        for (int seeds = 1; seeds <= 2; seeds++) {
            JsonNode done = Result
                    .done("reproduce", "towers", "--recipe", sample, "--out", out, "--threads", 1, "--seeds",
                            seeds, "--json")
                    .json();
            assertThat(done.get(0).get("done").asInt()).isEqualTo(seeds);
        }
    }

    @Test
    void aFolderOfOtherThingsIsLeftAlone() throws Exception {
        Path runs = Files.createDirectories(root.resolve("ordinary"));
        Files.writeString(runs.resolve("latest"), "a run");
        Result.of("reproduce", "towers", "--recipe", recipe, "--data", pictures, "--out", runs).isRefused(1,
                runs.toString(), "latest");
        try (var left = Files.list(runs)) {
            assertThat(left).hasSize(1);
        }
    }

    /// The second call resumes the run, although the run will not end within that budget either. The call needs no --data,
    /// because the folder says which pictures its runs have.
    @Test
    void theFirstRunStopsAtTheBudget() throws Exception {
        Path out = root.resolve("short");
        Path longer = Files.writeString(root.resolve("longer.yaml"),
                Files.readString(recipe).replace("epochs: 2", "epochs: 4000"));
        Result stopped = Result.done("reproduce", "towers", "--quick", "--recipe", longer, "--data", pictures, "--out",
                out, "--threads", 1, "--budget", "6s", "--json");
        assertThat(stopped.json().get(0).get("done").asInt()).isZero();
        assertThat(stopped.json().get(0).get("verdict").asText()).isEqualTo("not run");
        Path checkpoints = out.resolve("runs/baseline/seed-1/checkpoints");
        assertThat(checkpoints).isNotEmptyDirectory();
        String first = names(checkpoints);
        Result.done("reproduce", "towers", "--quick", "--recipe", longer, "--out", out, "--threads", 1, "--budget",
                "3s");
        assertThat(names(checkpoints)).isNotEqualTo(first);
        // damaged, it is not taken for none
        Path pictures = out.resolve("pictures.json");
        for (String damaged : List.of("{", "null")) {
            Files.writeString(pictures, damaged);
            Result.of("reproduce", "towers", "--quick", "--recipe", longer, "--out", out).isRefused(1,
                    pictures.toString());
        }
    }

    private static String names(Path folder) throws Exception {
        try (var all = Files.list(folder)) {
            return all.map(Path::toString).sorted().collect(Collectors.joining());
        }
    }

    @Test
    void tooFewPicturesAreRefusedAtTheStart() throws Exception {
        Path none = root.resolve("none");
        Result.of("reproduce", "relu", "--out", none).isRefused(2, "cifar10", "--data");
        Result.of("reproduce", "relu", "--data", root.resolve("gone"), "--out", none).isRefused(1, "gone");
        Path few = root.resolve("few");
        ToyImages.write(few, 3, 1);
        Path unvalidated = Files.writeString(root.resolve("unvalidated.yaml"),
                Files.readString(recipe).replace("hold_out: 0.8", "hold_out: 0"));
        Result.of("reproduce", "towers", "--recipe", unvalidated, "--data", few, "--out", none)
                .isRefused(1, few.toString(), "9 training pictures", "0 validation pictures", "towers needs 8 and 1");
        Result.of("reproduce", "relu", "--recipe", unvalidated, "--data", few, "--out", none)
                .isRefused(1, "relu needs 100 and 0");
        Result.of("reproduce", "towers", "--recipe", recipe, "--data", few, "--out", none) // a batch has 8
                .isRefused(1, "towers needs 8 and 1");
        Path unjudged = Files.writeString(root.resolve("unjudged.yaml"),
                Files.readString(recipe).replace("hold_out: 0.8", "hold_out: 0.4"));
        for (String claim : List.of("ten-views", "neighbors-fc7", "dropout")) {
            Result.of("reproduce", claim, "--recipe", unjudged, "--data", pictures, "--out", none)
                    .isRefused(1, "90 training pictures", "60 validation pictures", claim + " needs ");
        }
        assertThat(none).doesNotExist();
    }

    @Test
    void aRunIsEvaluatedAgainWithoutWhatWasReadOfIt() throws Exception {
        Path out = root.resolve("smallest");
        Result.done("reproduce", "ten-views", "towers", "--recipe", recipe, "--data", pictures, "--out", out,
                "--threads", 1,
                "--quick", "--budget", "999999999d");
        assertThat(result(out, "ten-views").get("runs")).hasSize(1);
        // kept without its checkpoints, as they are large, and without what was read of them
        Path run = out.resolve("runs/baseline/seed-1");
        JsonNode before = untimed(result(out, "ten-views"));
        AtomicFiles.deleteTree(run.resolve("checkpoints"));
        Files.delete(run.resolve("predicted.csv"));
        Result again = Result.done("reproduce", "ten-views", "--recipe", recipe, "--data", pictures, "--out", out,
                "--threads", 1, "--quick");
        assertThat(again.warnings()).filteredOn(line -> line.contains("no checkpoint")).hasSize(1).first().asString()
                .contains(run.toString(), "trained again");
        assertThat(untimed(result(out, "ten-views"))).isEqualTo(before);
    }

    @Test
    void withoutClaimsAllAreListed() throws Exception {
        Result listed = Result.done("reproduce", "--out", root.resolve("nothing"));
        // 5 runs of the 12 epochs of the recipe cifar10
        assertThat(listed.out()).contains("ten-views", "not run", "not tested", "0 of ", "ilsvrc2012/", "60 epochs");
        Result counted = Result.done("reproduce", "--recipe", recipe, "--data", pictures, "--out",
                root.resolve("nothing"), "--json");
        assertThat(counted.json().get(0).get("epochs").asInt()).isEqualTo(5 * 2);
        assertThat(counted.json().get(0).get("pictures").asInt()).isEqualTo(30);
        assertThat(counted.json().get(0).get("hours").isNull()).isTrue();
        assertThat(root.resolve("nothing")).doesNotExist();
    }

    @Test
    void anAverageOfMoreNetworksThanSeedsIsRefused() {
        Path none = root.resolve("no-average");
        Result.of("reproduce", "ensemble-5", "--quick", "--data", pictures, "--out", none).isRefused(2,
                "ensemble-5 needs 5 seeds, found 1");
        assertThat(none).doesNotExist();
    }

    /// Claims share runs, and one network has no average.
    @Test
    void theListCountsSharedRunsOnceAndSaysWhatNeedsMoreSeeds() throws Exception {
        Result quick = Result.done("reproduce", "--quick", "--out", root.resolve("nothing"), "--json");
        List<String> claims = new ArrayList<>();
        quick.json().forEach(claim -> claims.add(String.join(", ", claim.get("claim").asText(),
                claim.get("verdict").asText(), claim.get("result").asText(), claim.get("runs").asText())));
        assertThat(claims).contains("ensemble-5, not tested, needs 5 seeds, 0", "ten-views, not run, -, 1");

        int runs = quick.json().findValues("runs").stream().mapToInt(JsonNode::asInt).sum();
        Result text = Result.done("reproduce", "--quick", "--out", root.resolve("nothing"));
        String together = text.out().lines().filter(line -> line.startsWith("all together")).findFirst().orElseThrow();
        Matcher count = Pattern.compile(": (\\d+) runs").matcher(together);
        assertThat(count.find()).isTrue();
        assertThat(Integer.parseInt(count.group(1))).isPositive().isLessThan(runs);
    }
}
