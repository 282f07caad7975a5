package net.alexnet.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.tensor.Precision;
import net.alexnet.train.config.Recipe.Mean;
import net.alexnet.train.config.Recipe.Values;
import net.alexnet.train.config.Schedule.Constant;
import net.alexnet.train.config.Schedule.Plateau;
import net.alexnet.train.config.Schedule.Steps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeReaderTest {
    private static final Recipe PAPER = Recipe.standard();

    // --- differences -----------------------------------------------------------------------------------------------

    @Test
    void whatAFileLeavesOutIsAsInThePaper() {
        Recipe recipe = read("""
                name: mine      # a comment
                optimizer:
                  learning_rate: 0.005
                pictures: {mirror: false, values: STANDARDIZED}
                """);
        assertThat(recipe.name()).isEqualTo("mine");
        assertThat(recipe.optimizer().learningRate()).isEqualTo(0.005);
        assertThat(recipe.optimizer().momentum()).isEqualTo(0.9);
        assertThat(recipe.pictures())
                .isEqualTo(new Recipe.Pictures(256, true, 1, false, 0.1, Mean.IMAGE, Values.STANDARDIZED));
        assertThat(recipe.network()).isEqualTo(AlexNet.paper());
        assertThat(recipe.schedule()).isEqualTo(PAPER.schedule());
        assertThat(recipe.data()).isEqualTo(PAPER.data());
        assertThat(recipe.checkpoints()).isEqualTo(PAPER.checkpoints());
        assertThat(recipe.monitor()).isEqualTo(PAPER.monitor());
    }

    @Test
    void anOlderRecipesKeyTableIsTheVariant() {
        assertThat(read("network: {variant: caffe}").network()).isEqualTo(AlexNet.of(Variant.CAFFE));
    }

    @Test
    void aNetworkStartsFromTheDefaultsOfItsOwnTable() {
        AlexNet network = read("network: {variant: small, classes: 7}").network();
        assertThat(network).isEqualTo(AlexNet.small().withClasses(7));
        assertThat(network.input()).isEqualTo(32); // not the paper's 224
    }

    @Test
    void aScheduleTakesNothingFromThePapers() {
        assertThat(read("schedule: {type: constant}").schedule()).isEqualTo(new Constant());
        assertThat(read("schedule: {type: steps, epochs: [3, 5], factor: 0.5}").schedule())
                .isEqualTo(new Steps(List.of(3, 5), 0.5));
        // the paper's factor and drops must not fill the gap
        refused("schedule: {type: plateau, patience: 2, min_improvement: 0}", "schedule.factor must be a number");
    }

    @Test
    void numbersMayBeWrittenAsUsersDo() {
        assertThat(read("optimizer: {learning_rate: 1e-3}").optimizer().learningRate()).isEqualTo(0.001);
        assertThat(read("optimizer: {learning_rate: 1}").optimizer().learningRate()).isEqualTo(1);
        assertThat(read("epochs: '12'").epochs()).isEqualTo(12);
        assertThat(read("seed: -5").seed()).isEqualTo(-5);
    }

    @Test
    void withoutAMicroBatchTheBatchIsComputedAtOnce() {
        assertThat(read("batch: 64").picturesAtOnce()).isEqualTo(64);
        assertThat(RecipeReader.write(read("batch: 64"))).doesNotContain("micro_batch");
        Recipe recipe = read("batch: 64\nmicro_batch: 20");
        assertThat(recipe.picturesAtOnce()).isEqualTo(20);
        assertThat(RecipeReader.keys(recipe)).contains(entry("micro_batch", "20"), entry("batch", "64"));
        assertThat(read(RecipeReader.write(recipe))).isEqualTo(recipe);
        Recipe smaller = recipe.fitted(recipe.network(), 256, 16, 1);
        assertThat(smaller.picturesAtOnce()).isEqualTo(16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-3", "65"})
    void aMicroBatchIsAPartOfTheBatch(String value) {
        refused("batch: 64\nmicro_batch: " + value, "micro_batch must be 1 to batch, 64, found " + value);
    }

    // --- settings --------------------------------------------------------------------------------------------------

    @Test
    void settingsWinOverTheFile() {
        Recipe recipe = read("epochs: 3\noptimizer: {learning_rate: 0.1, momentum: 0.5}",
                Map.of("epochs", "7", "optimizer.learning_rate", "0.2", "pictures.values", "standardized"));
        assertThat(recipe.epochs()).isEqualTo(7);
        assertThat(recipe.optimizer().learningRate()).isEqualTo(0.2);
        assertThat(recipe.optimizer().momentum()).isEqualTo(0.5);
        assertThat(recipe.pictures().values()).isEqualTo(Values.STANDARDIZED);
        assertThat(recipe.pictures().mirror()).isTrue();
    }

    @Test
    void aSettingChangesOneKeyOfAReplacedGroup() {
        Recipe recipe = read("network: {variant: small, width: 0.5}", Map.of("network.input", "28"));
        assertThat(recipe.network()).isEqualTo(AlexNet.small().withSize(28, 3, 0.5));
    }

    @Test
    void aSettingMayBeAListOrAGroup() {
        Recipe recipe = read("name: x",
                Map.of("data.class_names", "[cat, dog]", "schedule", "{type: steps, epochs: [1], factor: .5}"));
        assertThat(recipe.data().classNames()).containsExactly("cat", "dog");
        assertThat(recipe.schedule()).isEqualTo(new Steps(List.of(1), 0.5));
    }

    @Test
    void ofSettingsThatOverlapTheLaterWins() {
        LinkedHashMap<String, String> settings = new LinkedHashMap<>();
        settings.put("optimizer.learning_rate", "0.5");
        settings.put("optimizer", "{momentum: 0.1}");
        assertThat(read("name: x", settings).optimizer().learningRate()).isEqualTo(0.01);
        settings.putLast("optimizer.learning_rate", "0.5");
        assertThat(read("name: x", settings).optimizer().learningRate()).isEqualTo(0.5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            epochs           | abc   | epochs must be a whole number, found 'abc'
            epochs           | 0     | epochs must be 1 to 1000000, found 0
            epochs           | ''    | epochs has no value
            data.source      | ~     | data.source has no value
            optimizer.learning_rte | 1     | unknown key 'optimizer.learning_rte'; did you mean 'optimizer.learning_rate'?
            optimiser.rate   | 1     | unknown key 'optimiser'; did you mean 'optimizer'?
            epochs.a         | 1     | epochs must be a whole number
            ''               | 1     | unknown key ''
            """)
    void aBadSettingIsNamed(String key, String value, String message) {
        assertThatThrownBy(() -> read("name: x", Map.of(key, value))).isInstanceOf(RecipeException.class)
                .hasMessageStartingWith("my.yaml: " + message);
    }

    // --- refusals --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# only a comment\n", "- 1\n- 2\n", "just text", "---\n"})
    void aFileWithoutKeysIsRefused(String yaml) {
        refused(yaml, "expected keys such as 'network:' and 'epochs:', found no mapping");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            epoch: 3                              | unknown key 'epoch'; did you mean 'epochs'?
            optimizer: {speed: 1}                 | unknown key 'optimizer.speed'; Known here: bias_decay, bias_learning_rate_factor,
            pictures: {random_crops: true}        | unknown key 'pictures.random_crops'; did you mean 'pictures.random_crop'?
            network: {variant: paper, widht: 1}     | unknown key 'network.widht'; did you mean 'network.width'?
            schedule: {type: constant, factor: 1} | unknown key 'schedule.factor'
            monitor: {log_every_step: 1}            | unknown key 'monitor.log_every_step'; did you mean 'monitor.log_every_steps'?
            """)
    void anUnknownKeyIsNamedByItsPathWithTheNearest(String yaml, String message) {
        refused(yaml, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            epochs: many                  | epochs must be a whole number, found 'many'
            epochs: 1.5                   | epochs must be a whole number, found '1.5'
            epochs: true                  | epochs must be a whole number
            epochs: [1]                   | epochs must be a whole number
            epochs: 99999999999           | epochs: Numeric value (99999999999) out of range of int
            optimizer: 3                  | optimizer must be a group of keys
            optimizer: {learning_rate: fast}       | optimizer.learning_rate must be a number, found 'fast'
            pictures: {mirror: maybe}     | pictures.mirror must be true or false, found 'maybe'
            pictures: {values: 1}         | pictures.values must be one of raw, standardized, found '1'
            pictures: {values: rawr}      | pictures.values must be one of raw, standardized, found 'rawr'
            network: {variant: vgg}         | network.variant must be one of paper, original, caffe, caffenet, torchvision, small, four, found 'vgg'
            network: {variant: 0}           | network.variant must be one of paper
            network: {width: 1}           | network.variant must be one of paper
            network: paper                | network must be a group of keys
            schedule: {type: stairs}      | schedule.type must be one of constant, steps, plateau, polynomial, warmup, found 'stairs'
            schedule: {factor: 1}         | schedule.type must be one of constant, steps, plateau, polynomial
            data: {class_names: cat}      | data.class_names must be a list
            name: [a]                     | name must be a text
            """)
    void aValueOfTheWrongKindIsNamedWithWhatIsExpected(String yaml, String message) {
        refused(yaml, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            epochs: 0                              | epochs must be 1 to 1000000, found 0
            batch: 65537                           | batch must be 1 to 65536, found 65537
            optimizer: {learning_rate: -1}                  | optimizer.learning_rate must be above 0, found -1.0
            optimizer: {momentum: 1}               | optimizer.momentum must be at least 0 and below 1, found 1.0
            optimizer: {weight_decay: -1}          | optimizer.weight_decay must be at least 0, found -1.0
            network: {variant: paper, width: -1}     | network.width must be above 0 and at most 16, found -1.0
            network: {variant: paper, classes: 1}    | network.classes must be at least 2, found 1
            network: {variant: paper, input: 257}    | pictures.resize must be at least the network's input of 257, found 256
            pictures: {resize: 8193}               | pictures.resize must be 1 to 8192, found 8193
            data: {hold_out: 1}                    | data.hold_out must be at least 0 and below 1, found 1.0
            checkpoints: {keep: 0}                 | checkpoints.keep must be at least 1, found 0
            checkpoints: {every_steps: -1}         | checkpoints.every_steps must be at least 0, found -1
            monitor: {check_every_steps: 0}          | monitor.check_every_steps must be at least 1, found 0
            schedule: {type: steps, epochs: [3, 2], factor: .1} | schedule.epochs must be ascending
            name: ''                               | name must be a word, found
            """)
    void aValueOutOfRangeIsNamedByItsDottedKey(String yaml, String message) {
        refused(yaml, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            checkpoints: null              | checkpoints
            network: null                  | network
            schedule: ~                    | schedule
            optimizer: {learning_rate: ~}           | optimizer.learning_rate
            data: {source: null}           | data.source
            data: {class_names: [a, null]} | data.class_names.[1]
            name: ~                        | name
            """)
    void aKeyWithoutAValueIsRefused(String yaml, String key) {
        refused(yaml, key + " has no value; give it one, or leave the key out");
    }

    @Test
    void aGroupWithoutKeysIsRefused() {
        refused("optimizer:\nepochs: 3", "optimizer must be a group of keys");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            epochs: 3\\nepochs: 4                   | Duplicate field 'epochs' (line 2)
            optimizer:\\n  learning_rate: 1\\n  learning_rate: 2      | Duplicate field 'learning_rate' (line 3)
            name: x\\nepochs: 1\\n bad: 2           | mapping values are not allowed here (line 3)
            epochs: [1                             | while parsing a flow sequence (line 1)
            epochs: 1\\n---\\nepochs: 2             | a second document begins at line 3
            """)
    void whatIsNotYamlIsRefusedWithItsLine(String yaml, String message) {
        refused(yaml.replace("\\n", "\n"), message);
    }

    // --- writing ---------------------------------------------------------------------------------------------------

    @Test
    void precisionIsFloat32UnlessSaid() {
        assertThat(read("name: x").precision()).isEqualTo(Precision.FLOAT32);
        assertThat(read("precision: bfloat16").precision()).isEqualTo(Precision.BFLOAT16);
        assertThat(read("name: x", Map.of("precision", "bfloat16")).precision()).isEqualTo(Precision.BFLOAT16);
        refused("precision: bflot16", "precision must be one of float32, bfloat16, found 'bflot16'");
    }

    @Test
    void writesEveryKeyAndReadsItBack() {
        String yaml = RecipeReader.write(PAPER);
        assertThat(yaml).contains("variant: paper", "type: plateau", "random_crop: true", "values: raw",
                "flat_after_steps: 2000");
        assertThat(read(yaml)).isEqualTo(PAPER);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "12", "true", "null", "~", "a: b", "# no", "C:\\x", "/tmp/a b", "größe ∞ 猫", "'", "\"", "- x", "0x10", "1e3",
        " x ",
        "line\nbreak", "tab\there", "yes", "2026-11-23", "{a}", "@x", "%y", "!z", "x:", "1_000"
    })
    void textsComeBackAsTheyWere(String text) {
        Recipe recipe = new Recipe(text, 1, PAPER.network(), PAPER.pictures(),
                new Recipe.Data(text, 0.5, List.of(text, "b"), 7, 0, 0), 1, null, Recipe.Parallel.TOWERS, 1,
                Precision.BFLOAT16,
                PAPER.optimizer(),
                new Constant(),
                PAPER.checkpoints(), PAPER.monitor(), null);
        assertThat(read(RecipeReader.write(recipe))).isEqualTo(recipe);
    }

    @Test
    void numbersComeBackToTheLastBit() {
        Schedule schedule = new Plateau(1, 0.1 + 0.2, 1e-300, 0);
        Recipe recipe = new Recipe("x", Long.MIN_VALUE, AlexNet.of(Variant.CAFFE).withSize(227, 1, 1 / 3.0),
                PAPER.pictures(),
                PAPER.data(), 65_536, 2, Recipe.Parallel.DATA, 1_000_000, PAPER.precision(), PAPER.optimizer(),
                schedule, PAPER.checkpoints(),
                PAPER.monitor(), null);
        assertThat(read(RecipeReader.write(recipe))).isEqualTo(recipe);
    }

    private static void refused(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(RecipeException.class)
                .hasMessageStartingWith("my.yaml: " + message);
    }

    private static Recipe read(String yaml) {
        return read(yaml, Map.of());
    }

    private static Recipe read(String yaml, Map<String, String> settings) {
        return RecipeReader.read("my.yaml", yaml, settings);
    }
}
