package tomledit_test

import (
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
	fmt.Println(err)
	// Output:
	// there is no [[runners]]; the runner needs exactly one
}

func ExampleConfig_String() {
	fmt.Println(mustParse(template).String("executor"))
	// Output:
	// kubernetes 2 true
}

func ExampleConfig_TLSCAFile() {
	fmt.Println(mustParse("[[runners]]\n  tls-ca-file = '/ca.crt'\n").TLSCAFile())
	// Output:
	// /ca.crt 2 true
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

func ExampleConfig_RemovePreBuildScript() {
	text, err := mustParse(template).PrependPreBuildScript("export GIT_SSL_CAINFO=/ca.crt\n")
	if err != nil {
		fmt.Println(err)
	}
	text, err = mustParse(text).RemovePreBuildScript()
	fmt.Println(text == template, err)
	// Output:
	// true <nil>
}

func ExampleConfig_AddJobVolumes() {
	c := mustParse("[[runners]]\n  name = \"ci\"\n")
	fmt.Println(c.AddJobVolumes(tomledit.Volume{
		Kind: "secret", Name: "gitlab-tls", MountPath: "/etc/ssl/certs/ca.crt", SubPath: "ca.crt",
		Items: map[string]string{"tls.crt": "ca.crt"},
	}))
	// Output:
	// [[runners]]
	//   name = "ci"
	//   # helm-runnertrust: volumes begin
	//   [[runners.kubernetes.volumes.secret]]
	//     name = "gitlab-tls"
	//     mount_path = "/etc/ssl/certs/ca.crt"
	//     sub_path = "ca.crt"
	//     read_only = true
	//     [runners.kubernetes.volumes.secret.items]
	//       "tls.crt" = "ca.crt"
	//   # helm-runnertrust: volumes end
	//  <nil>
}

func ExampleConfig_Volumes() {
	c := mustParse("[[runners]]\n[[runners.kubernetes.volumes.pvc]]\nname = 'cache'\nmount_path = '/cache'\n")
	for _, v := range c.Volumes() {
		fmt.Println(v.Kind, v.Name, v.MountPath)
	}
	// Output:
	// pvc cache /cache
}

func ExampleSwitches() {
	fmt.Println(tomledit.Switches("[[runners]]\n  environment = ['GIT_SSL_NO_VERIFY=false']\n"))
	// Output:
	// [{GIT_SSL_NO_VERIFY 2}]
}

// mustParse is Parse of a text that is known to be right.
func mustParse(text string) *tomledit.Config {
	c, err := tomledit.Parse(text)
	if err != nil {
		fmt.Println(err)
	}
	return c
}
