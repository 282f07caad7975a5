package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import module java.base;
import net.alexnet.Classification;
import net.alexnet.Classification.Guess;
import net.alexnet.ImageClassifier;
import net.alexnet.ImageReadException;
import net.alexnet.Options;
import net.alexnet.inference.Views;
import net.alexnet.io.AtomicFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `alexnet classify`.
@Command(name = "classify", description = "Name the five most probable classes of pictures.", footer = {
    "", "Examples:",
    "  ./alexnet classify runs/latest holiday.jpg",
    "  ./alexnet classify alexnet.safetensors album/ --views 10 --json"})
final class ClassifyCommand extends BaseCommand {
    private static final int TOP = 5;

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelOptions.MODELS)
    private Path model = Path.of("");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = "Pictures. A folder stands for all files in it and below, without hidden ones.")
    private List<Path> pictures = List.of();

    @Mixin
    private ModelOptions options = new ModelOptions();

    private record Scored(@JsonProperty("class") String name, float probability) {}

    private record Classified(String file, List<Scored> predictions) {}

    private record Unreadable(String file, String error) {}

    @Override
    public Integer call() throws IOException {
        Answers answers = new Answers();
        Options given = options.options();
        try (ImageClassifier classifier = ImageClassifier.load(model, given)) {
            (given.views() == 1 ? Views.CENTER : Views.TEN).note(classifier.card().preprocessing())
                    .ifPresent(note -> err().println("warning: " + note));
            classifier.classifyEach(pictures, answers);
        }
        print(answers.all, List.of());
        return answers.all.stream().anyMatch(Classified.class::isInstance) ? 0 : 1;
    }

    /// Collects answers for JSON, and prints each at once for a person.
    private final class Answers implements ImageClassifier.Results {
        private final List<Object> all = new ArrayList<>();

        @Override
        public void classified(Path file, Classification classification) {
            List<Guess> top = classification.top(TOP);
            all.add(new Classified(file.toString(), top.stream()
                    .map(guess -> new Scored(guess.label(), guess.probability())).toList()));
            if (!json()) {
                out().println(file);
                top.forEach(guess -> out().println(String.format(
                        Locale.ROOT, "  %6.2f %%  %s", 100 * guess.probability(), guess.label())));
            }
        }

        @Override
        public void failed(Path file, IOException failure) {
            String reason = failure instanceof ImageReadException image ? image.reason() : AtomicFiles.reason(failure);
            all.add(new Unreadable(file.toString(), reason));
            if (!json()) {
                err().println("warning: " + (reason.contains(file.toString()) ? "" : file + ": ") + reason);
            }
        }
    }
}
