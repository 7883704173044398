terraform {
  required_version = ">= 1.5"
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }
}

provider "helm" {
  kubernetes = {
    config_path = "~/.kube/config"
  }
}

resource "helm_release" "runner" {
  name             = "runner"
  namespace        = "gitlab-runner"
  create_namespace = true
  repository       = "https://charts.gitlab.io"
  chart            = "gitlab-runner"
  version          = "0.86.0"
  values           = [file("${path.module}/values.yaml")]

  # Terraform compares arguments, not the files that they name: this one changes with the certificate.
  description = "gitlab.crt ${filesha256("${path.module}/gitlab.crt")}"

  # Version 2 of the provider has a block: postrender { … }, without the equals sign.
  postrender = {
    binary_path = "helm-runnertrust"
    args        = ["--cert=${path.module}/gitlab.crt"]
  }
}
