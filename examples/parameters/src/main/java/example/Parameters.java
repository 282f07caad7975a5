package example;

import net.alexnet.nn.AlexNet;

/// Prints how many weights and biases the paper's network has.
public class Parameters {
    public static void main(String[] args) {
        System.out.println(AlexNet.paper().architecture().parameters());
    }
}
