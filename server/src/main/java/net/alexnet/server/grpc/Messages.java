package net.alexnet.server.grpc;

import com.google.protobuf.ByteString;
import module java.base;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.service.InferResult;
import net.alexnet.server.service.WireRequest;

/// Translates between the messages and the service.
final class Messages {
    private Messages() {}

    /// @throws HttpFailure of status 400 if the contents do not fit the inputs
    static WireRequest request(ModelInferRequest message) throws HttpFailure {
        int raw = message.getRawInputContentsCount();
        if (raw > 0 && raw != message.getInputsCount()) {
            throw new HttpFailure(400, "there must be raw_input_contents for each of the " + message.getInputsCount()
                    + " inputs or for none, found " + raw);
        }
        List<WireRequest.Input> inputs = new ArrayList<>();
        for (int i = 0; i < message.getInputsCount(); i++) {
            ModelInferRequest.InferInputTensor input = message.getInputs(i);
            if (raw > 0 && input.hasContents()) {
                throw new HttpFailure(400,
                        "the input '" + input.getName() + "' has both contents and raw_input_contents");
            }
            Optional<WireRequest.Data> data = raw > 0
                    ? Optional.of(new WireRequest.Data.Raw(message.getRawInputContents(i).toByteArray()))
                    : contents(input);
            inputs.add(new WireRequest.Input(input.getName(), input.getDatatype(), input.getShapeList(),
                    parameters(input.getParametersMap()), data));
        }
        List<WireRequest.Output> outputs = message.getOutputsList().stream()
                .map(output -> new WireRequest.Output(output.getName(), parameters(output.getParametersMap())))
                .toList();
        return new WireRequest(message.getId(), parameters(message.getParametersMap()), inputs, outputs);
    }

    private static Optional<WireRequest.Data> contents(ModelInferRequest.InferInputTensor input) throws HttpFailure {
        if (!input.hasContents()) {
            return Optional.empty();
        }
        InferTensorContents contents = input.getContents();
        if (contents.getBytesContentsCount() > 0) {
            return Optional.of(new WireRequest.Data.Elements(
                    contents.getBytesContentsList().stream().map(ByteString::toByteArray).toList()));
        }
        byte[] numbers = new byte[contents.getUintContentsCount()];
        for (int i = 0; i < numbers.length; i++) {
            int value = contents.getUintContents(i);
            if (value < 0 || value > 255) {
                throw new HttpFailure(400, "uint_contents of a UINT8 input must be 0 to 255, found "
                        + Integer.toUnsignedString(value));
            }
            numbers[i] = (byte) value;
        }
        return numbers.length == 0 ? Optional.empty() : Optional.of(new WireRequest.Data.Numbers(numbers));
    }

    private static Map<String, Object> parameters(Map<String, InferParameter> messages) {
        Map<String, Object> parameters = new HashMap<>();
        messages.forEach((name, value) -> {
            switch (value.getParameterChoiceCase()) {
                case BOOL_PARAM -> parameters.put(name, value.getBoolParam());
                case INT64_PARAM -> parameters.put(name, value.getInt64Param());
                case UINT64_PARAM -> parameters.put(name, value.getUint64Param());
                case DOUBLE_PARAM -> parameters.put(name, value.getDoubleParam());
                case STRING_PARAM -> parameters.put(name, value.getStringParam());
                case PARAMETERCHOICE_NOT_SET -> {}
            }
        });
        return parameters;
    }

    /// @param raw whether tensors are sent as raw_output_contents: as the request's were
    static ModelInferResponse response(InferResult result, boolean raw) {
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder().setId(result.id())
                .setModelName(result.model()).setModelVersion(result.version());
        if (!result.top().isEmpty()) {
            response.putParameters("top", InferParameter.newBuilder().setStringParam(result.top()).build());
        }
        for (InferResult.Tensor tensor : result.outputs()) {
            ModelInferResponse.InferOutputTensor.Builder output = ModelInferResponse.InferOutputTensor.newBuilder()
                    .setName(tensor.name()).setDatatype(tensor.datatype()).addAllShape(tensor.shape());
            if (raw) {
                response.addRawOutputContents(ByteString.copyFrom(tensor.bytes()));
            } else {
                output.setContents(contents(tensor));
            }
            response.addOutputs(output);
        }
        return response.build();
    }

    private static InferTensorContents contents(InferResult.Tensor tensor) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        tensor.texts()
                .forEach(texts -> texts.forEach(text -> contents.addBytesContents(ByteString.copyFromUtf8(text))));
        for (float[] row : tensor.rows()) {
            for (float value : row) {
                contents.addFp32Contents(value);
            }
        }
        return contents.build();
    }
}
