libraryDependencies ++= Seq(
  "g" %% "a" % "1" % Test,
)
addSbtPlugin("a" % "b" % "1")
