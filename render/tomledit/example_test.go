package tomledit_test

import (
	"errors"
	"fmt"

	"helm-runnertrust/render/tomledit"
)

const template = `[[runners]]
  executor = "kubernetes" # as in the chart
  pre_build_script = '''
  echo hello
  '''
  [runners.kubernetes]
    namespace = "ci"
`

func ExampleParse() {
	_, err := tomledit.Parse("concurrent = 4\n")
	var count *tomledit.RunnersError
	fmt.Println(errors.As(err, &count), err)
	// Output:
	// true there is no [[runners]]; the runner needs exactly one
}

func ExampleConfig_Executor() {
	fmt.Println(mustParse(template).Executor())
	// Output:
	// kubernetes 2 true
}

func ExampleConfig_TLSCAFile() {
	fmt.Println(mustParse("[[runners]]\n  tls-ca-file = '/ca.crt'\n").TLSCAFile())
	// Output:
	// /ca.crt 2 true
}

func ExampleConfig_PreBuildScript() {
	script, line, set := mustParse(template).PreBuildScript()
	fmt.Printf("%q %d %v\n", script, line, set)
	// Output:
	// "  echo hello\n  " 3 true
}

func ExampleConfig_SetTLSCAFile() {
	fmt.Println(mustParse(template).SetTLSCAFile("/etc/helm-runnertrust/ca.crt"))
	// Output:
	// [[runners]]
	//   tls-ca-file = "/etc/helm-runnertrust/ca.crt"
	//   executor = "kubernetes" # as in the chart
	//   pre_build_script = '''
	//   echo hello
	//   '''
	//   [runners.kubernetes]
	//     namespace = "ci"
	//  <nil>
}

func ExampleConfig_PrependPreBuildScript() {
	fmt.Println(mustParse(template).PrependPreBuildScript("export GIT_SSL_CAINFO=/ca.crt\n"))
	// Output:
	// [[runners]]
	//   executor = "kubernetes" # as in the chart
	//   pre_build_script = '''
	// # helm-runnertrust: begin
	// export GIT_SSL_CAINFO=/ca.crt
	// # helm-runnertrust: end
	//   echo hello
	//   '''
	//   [runners.kubernetes]
	//     namespace = "ci"
	//  <nil>
}

func ExampleConfig_OwnScript() {
	text, err := mustParse(template).PrependPreBuildScript("export GIT_SSL_CAINFO=/ca.crt\n")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(mustParse(text).OwnScript())
	// Output:
	// export GIT_SSL_CAINFO=/ca.crt
	//  true
}

// mustParse is Parse of a text that is known to be right.
func mustParse(text string) *tomledit.Config {
	c, err := tomledit.Parse(text)
	if err != nil {
		fmt.Println(err)
	}
	return c
}
