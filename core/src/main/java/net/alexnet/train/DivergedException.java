package net.alexnet.train;

/// The loss became NaN or infinite. The message names the step, the layer, the likely cause and the remedy. The step did
/// not update the parameters, and nothing of it was saved.
public class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DivergedException(String message) {
        super(message);
    }
}
