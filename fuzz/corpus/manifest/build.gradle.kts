plugins { id("a.b") version "1" }
dependencies {
  implementation("g:a:1")
  testImplementation libs.junit
  /* c */
}
