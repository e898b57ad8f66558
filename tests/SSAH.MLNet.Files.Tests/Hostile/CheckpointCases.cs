using System.Text;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Safetensors, and manifests with right checksums, that are not what they should be.</summary>
internal static class CheckpointCases
{
    public static IEnumerable<HostileCase> All =>
    [
        .. new[] { 0, 1, -1, long.MaxValue, long.MinValue, 1L << 32, 100_000_001, 9 }.Select(length => new HostileCase("safetensors", $"header of {length}",
            () => [.. BitConverter.GetBytes(length), .. "{}      "u8])),
        Tensors("no JSON", "tensors"), Tensors("a list", "[1,2]"), Tensors("null", "null"), Tensors("a tensor that is null", """{"a":null}"""),
        Tensors("a tensor that is a number", """{"a":5}"""), Tensors("no place", """{"a":{"dtype":"F32","shape":[2]}}"""),
        Tensors("no shape", """{"a":{"dtype":"F32","data_offsets":[0,8]}}"""), Tensors("no type", """{"a":{"shape":[2],"data_offsets":[0,8]}}"""),
        Tensors("type F8", """{"a":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}}"""),
        Tensors("place before the beginning", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"""),
        Tensors("place behind the end", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"""),
        Tensors("place backwards", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"""),
        Tensors("place of 2^63-1", """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"""),
        Tensors("three places", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"""),
        Tensors("shape of 2^31 x 2^31", """{"a":{"dtype":"F32","shape":[2147483648,2147483648],"data_offsets":[0,8]}}"""),
        Tensors("shape of -2 x -1", """{"a":{"dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]}}"""),
        Tensors("shape that overflows to the right size", """{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}"""),
        Tensors("two tensors in one place",
            """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""),
        Tensors("overlap", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[6],"data_offsets":[2,8]}}"""),
        Tensors("gap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"""),
        Tensors("bytes that no tensor has", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""),
        Tensors("one name twice", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""),
        Tensors("one property twice", """{"a":{"dtype":"U8","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""),
        Tensors("JSON 1,000 deep", new string('[', 1_000) + new string(']', 1_000)),
        new("safetensors", "100,001 tensors", () =>
        {
            string header = "{" + string.Join(',', Enumerable.Range(0,
                100_001).Select(i => $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}";
            return [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header)];
        }),
        Manifest("a file outside", "h-net.safetensors", "../h-net.safetensors"), Manifest("an absolute file", "h-net.safetensors", "/etc/passwd.safetensors"),
        Manifest("a file of another kind", "h-net.safetensors", "manifest.json"), Manifest("no name", "h-net.safetensors", ""),
        Manifest("length -1", "\"length\": ", "\"length\": -"), Manifest("length 2^62", "\"length\": ", "\"length\": 4611686018427387904, \"x\": "),
        Manifest("no identity", "\"identity\"", "\"other\""), Manifest("no files", "\"files\"", "\"other\""),
        Manifest("format 3", "\"format\": 2", "\"format\": 3"),
        Manifest("format -1", "\"format\": 2", "\"format\": -1"), Manifest("format of text", "\"format\": 2", "\"format\": \"2\""),
        Manifest("step of 2^40", "\"step\": 12", "\"step\": 1099511627776"), Manifest("one property twice", "\"format\": 2,", "\"format\": 2, \"format\": 2,"),
        Manifest("files that are null", "\"files\": [", "\"files\": [null,"),
        new("checkpoint-manifest", "nothing", () => []), new("checkpoint-manifest", "JSON 10,000 deep", () => Encoding.UTF8.GetBytes(new string('[', 10_000))),
        new("checkpoint-manifest", "17 MB of spaces", () => Encoding.UTF8.GetBytes(new string(' ', 17 << 20))),
        new("checkpoint-tensors", "other tensors", SafeTensorsTarget.Sample),
    ];

    private static HostileCase Tensors(string name, string header) =>
        new("safetensors", name, () => [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[8]]);

    private static HostileCase Manifest(string name, string found, string put) => new("checkpoint-manifest", name, () =>
    {
        using FileTarget target = AllTargets.Named("checkpoint-manifest");
        string text = Encoding.UTF8.GetString(target.Samples[0]), changed = text.Replace(found, put, StringComparison.Ordinal);
        return changed != text ? target.Sign(Encoding.UTF8.GetBytes(changed)) : throw new InvalidOperationException($"There is no {found} in {text}.");
    });
}
