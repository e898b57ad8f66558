using System.Text;

namespace SSAH.MLNet.Hashing.Tests.Storage;

public sealed class Crc32CTests
{
    [Fact]
    public void The_standards_check_value_comes_out() => Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));
}
