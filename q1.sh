D=/tmp/exp/run1/SSAH.MLNet.Benchmarks.dll
H="val=1 db=6000 ReportEverySteps=200 MaxSteps=800"
for x in "row1 $H HardSamples=None ConsistentWeight=0" "row2 $H HardSamples=Random ConsistentWeight=0" "row7 $H ConsistentWeight=0" "row9 $H" ; do dotnet $D $x | tail -5; done
